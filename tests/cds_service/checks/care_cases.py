"""Whole small charts, and what a family physician would expect of the care checklist, item by item.

The expectations were written before the first run. The day is 23 November 2026 (`tests.charts.NOW`). Items that a case
does not name are not judged; those under `absent` must not be on the list at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ICD = "icd10cm"
SCT = "snomed"


@dataclass(frozen=True, slots=True)
class Case:
    """`problems`: (words, `system#code`). `medications`: as lists write them. `results`: (LOINC, day), with value and
    unit where they matter. `procedures`: (SNOMED CT code, day). `vaccines`: (CVX code, day). `missing`: prefetch keys
    that the client did not send. `expected`: state by item id without `care-`."""

    name: str
    born: str
    gender: str
    expected: Mapping[str, str]
    absent: tuple[str, ...] = ()
    hook: str = "patient-view"
    problems: tuple[tuple[str, str], ...] = ()
    medications: tuple[str, ...] = ()
    results: tuple[tuple[str, str] | tuple[str, str, float, str], ...] = ()
    procedures: tuple[tuple[str, str], ...] = ()
    vaccines: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = field(default=())


def _all(state: str, *items: str) -> dict[str, str]:
    return dict.fromkeys(items, state)


CASES = (
    Case(
        "a woman of 52 of whom nothing is on record",
        "1974-03-02",
        "female",
        {
            **_all("unmet", "colorectal", "cervical", "hepatitis-c", "hiv", "zoster-vaccine", "pneumococcal-vaccine"),
            **_all("unmet", "influenza-vaccine", "tetanus-vaccine", "blood-pressure", "tobacco-status"),
            **_all("unmet", "depression-screen", "alcohol-screen", "anxiety-screen"),
            **_all("unknown", "mammogram"),
        },
        absent=(
            *("bone-density", "aortic-aneurysm", "lung-cancer", "fall-risk", "partner-violence", "rsv-vaccine"),
            *("cervical-young", "diabetes-hba1c", "hypertension-pressure", "pregnancy-hiv", "child-mmr-first"),
        ),
    ),
    Case(
        "a woman of 52 with everything done",
        "1974-03-02",
        "female",
        _all(
            "met",
            *("colorectal", "mammogram", "cervical", "hepatitis-c", "hiv", "zoster-vaccine", "pneumococcal-vaccine"),
            *("influenza-vaccine", "tetanus-vaccine", "blood-pressure", "tobacco-status", "depression-screen"),
            *("anxiety-screen", "alcohol-screen"),
        ),
        results=(
            *(("82675-0", "2023-06-01"), ("13955-0", "2015-02-01"), ("56888-1", "2010-04-01")),
            *(("85354-9", "2026-11-01"), ("72166-2", "2026-10-05"), ("55758-7", "2026-06-03")),
            *(("70274-6", "2024-05-06"), ("75626-2", "2026-06-03")),
        ),
        procedures=(("73761001", "2020-05-11"), ("24623002", "2025-11-20")),
        vaccines=(
            *(("187", "2024-05-01"), ("187", "2024-09-01"), ("216", "2025-03-01")),
            *(("140", "2026-10-01"), ("115", "2019-07-01")),
        ),
    ),
    Case(
        "a woman of 47 after total hysterectomy whose stool test is 14 months old",
        "1979-06-20",
        "female",
        {"colorectal": "unmet", "mammogram": "unknown"},
        absent=("cervical", "cervical-young", "zoster-vaccine"),
        problems=(("Acquired absence of both cervix and uterus", f"{ICD}#Z90.710"),),
        results=(("29771-3", "2025-09-20"),),
    ),
    Case(
        "a man of 70 who smokes, with COPD, vaccinated as was usual before 2022",
        "1956-02-10",
        "male",
        {
            **_all("unknown", "aortic-aneurysm", "lung-cancer", "copd-spirometry"),
            **_all("unmet", "tobacco-treatment", "rsv-vaccine-risk", "fall-risk"),
            **_all("met", "pneumococcal-vaccine", "tobacco-status"),
        },
        absent=("bone-density", "anxiety-screen", "asthma-controller", "rsv-vaccine", "partner-violence"),
        problems=(("COPD", f"{ICD}#J44.9"), ("Nicotine dependence, cigarettes", f"{ICD}#F17.210")),
        medications=("tiotropium 18 mcg inhalation capsule daily",),
        vaccines=(("133", "2014-10-01"), ("33", "2022-10-12")),
    ),
    Case(
        "a man of 58 with type 2 diabetes on metformin, lisinopril and atorvastatin",
        "1968-01-15",
        "male",
        {
            **_all("met", "diabetes-hba1c", "acei-arb-labs", "diabetes-eyes", "diabetes-statin", "statin-lipids"),
            **_all("unmet", "diabetes-urine-albumin", "metformin-b12", "colorectal"),
            "diabetes-feet": "unknown",
        },
        absent=("diabetes-screen", "diabetes-kidney", "diabetes-lipids", "statin-prevention", "ascvd-statin"),
        problems=(("Type 2 diabetes mellitus", f"{ICD}#E11.9"), ("Hypertension", f"{ICD}#I10")),
        medications=("metformin 1000 mg tablet twice daily", "lisinopril 20 mg daily", "atorvastatin 40 mg nightly"),
        results=(
            *(("4548-4", "2026-08-10"), ("14959-1", "2024-01-12"), ("2823-3", "2026-08-10"), ("2160-0", "2026-08-10")),
            ("24331-1", "2025-12-10"),
        ),
        procedures=(("722161008", "2025-03-04"),),
    ),
    Case(
        "a pregnant woman of 34 with type 1 diabetes and chronic hypertension, in week 20",
        "1992-04-04",
        "female",
        {
            **_all("unmet", "pregnancy-aspirin", "pregnancy-syphilis", "pregnancy-depression"),
            **_all(
                "met", "pregnancy-hiv", "pregnancy-hepatitis-b", "pregnancy-rh", "pregnancy-bacteriuria", "cervical"
            ),
        },
        absent=("diabetes-statin", "mammogram", "depression-screen", "hiv", "hepatitis-c", "zoster-vaccine"),
        problems=(
            ("Type 1 diabetes mellitus", f"{ICD}#E10.9"),
            ("Hypertension", f"{SCT}#38341003"),
            ("Pregnancy", f"{SCT}#77386006"),
        ),
        medications=("labetalol 200 mg twice daily", "insulin glargine 20 units nightly"),
        results=(
            *(("56888-1", "2026-08-20"), ("5196-1", "2026-08-20"), ("10331-7", "2019-03-01"), ("630-4", "2026-08-20")),
            ("10524-7", "2024-12-01"),
        ),
    ),
    Case(
        "a woman of 78 in hospice care",
        "1948-05-05",
        "female",
        {},
        absent=(
            *("mammogram", "bone-density", "zoster-vaccine", "rsv-vaccine", "influenza-vaccine", "fall-risk"),
            *("depression-screen", "tobacco-status", "hypertension-pressure", "tetanus-vaccine", "alcohol-screen"),
            *("statin-lipids", "diabetes-hba1c"),
        ),
        problems=(
            ("Hypertension", f"{ICD}#I10"),
            ("Type 2 diabetes mellitus", f"{ICD}#E11.9"),
            ("Metastatic lung cancer", f"{ICD}#C34.90"),
        ),
        medications=("morphine 10 mg/5 mL oral solution every 4 hours as needed", "atorvastatin 20 mg daily"),
        procedures=(("385763009", "2026-10-02"),),
    ),
    Case(
        "a man of 66 with a reduced ejection fraction on carvedilol, sacubitril/valsartan and furosemide",
        "1960-07-07",
        "male",
        {
            **_all("met", "hfref-raas", "hfref-beta-blocker", "heart-failure-ejection-fraction", "loop-diuretic-labs"),
            **_all("unmet", "hfref-mra", "hfref-sglt2"),
        },
        absent=("heart-failure-labs", "hypertension-kidney", "mra-potassium", "acei-arb-labs"),
        problems=(("Heart failure with reduced ejection fraction", f"{ICD}#I50.22"),),
        medications=(
            *("carvedilol 12.5 mg twice daily", "sacubitril/valsartan 49/51 mg twice daily", "furosemide 40 mg daily"),
        ),
        results=(("2823-3", "2026-09-10"), ("2160-0", "2026-09-10")),
    ),
    Case(
        "a woman of 24 with asthma who has albuterol alone",
        "2002-02-02",
        "female",
        {
            **_all("unmet", "asthma-controller", "cervical-young", "partner-violence", "pneumococcal-vaccine-risk"),
            **_all("unknown", "asthma-spirometry", "chlamydia", "hpv-vaccine", "hepatitis-b-vaccine"),
        },
        absent=("cervical", "mammogram", "blood-pressure", "copd-spirometry"),
        problems=(("Asthma", f"{SCT}#195967001"),),
        medications=("albuterol 90 mcg inhaler 2 puffs every 4 hours as needed",),
    ),
    Case(
        "a man of 45 with bipolar disorder on lithium, whose level is ten months old",
        "1981-08-30",
        "male",
        _all("unmet", "lithium-level", "lithium-kidney-thyroid", "colorectal"),
        absent=("depression-screen", "diabetes-screen"),
        problems=(("Bipolar disorder", f"{ICD}#F31.9"),),
        medications=("lithium carbonate 300 mg three times daily",),
        results=(("14334-7", "2026-01-20"), ("2160-0", "2026-09-01"), ("3016-3", "2026-09-01")),
    ),
    Case(
        "a man of 82 with dementia on apixaban, one dose of zoster vaccine",
        "1944-01-09",
        "male",
        {**_all("met", "doac-labs", "rsv-vaccine", "fall-risk"), "zoster-vaccine": "unmet"},
        absent=("colorectal", "depression-screen", "lung-cancer", "bone-density", "aortic-aneurysm", "drug-use-screen"),
        problems=(("Atrial fibrillation", f"{ICD}#I48.91"), ("Alzheimer's disease", f"{ICD}#G30.9")),
        medications=("apixaban 5 mg twice daily",),
        results=(("2160-0", "2026-10-01"), ("718-7", "2026-10-01"), ("73830-2", "2026-05-11")),
        vaccines=(("305", "2024-10-10"), ("187", "2024-10-10")),
    ),
    Case(
        "a woman of 66 with osteoporosis on alendronate",
        "1960-10-10",
        "female",
        {"osteoporosis-density": "met", "fall-risk": "unmet"},
        absent=("bone-density", "cervical", "rsv-vaccine", "rsv-vaccine-risk"),
        problems=(("Osteoporosis", f"{ICD}#M81.0"),),
        medications=("alendronate 70 mg weekly",),
        procedures=(("312681000", "2025-06-06"),),
    ),
    Case(
        "a man of 55 with chronic kidney disease of stage 4",
        "1971-09-09",
        "male",
        {"kidney-disease-egfr": "met", "kidney-disease-albumin": "unmet", "kidney-disease-hemoglobin": "unmet"},
        absent=("diabetes-kidney", "diabetes-urine-albumin"),
        problems=(("Chronic kidney disease, stage 4", f"{ICD}#N18.4"),),
        results=(("2160-0", "2026-07-07"), ("718-7", "2026-02-02")),
    ),
    Case(
        "a woman of 29 with HIV",
        "1997-03-03",
        "female",
        {
            "hiv-viral-load": "met",
            **_all("unmet", "zoster-vaccine-risk", "pneumococcal-vaccine-immune", "hepatitis-b", "hepatitis-c"),
        },
        absent=("hiv", "cervical-young", "cervical", "mmr-vaccine"),
        problems=(("HIV infection", f"{ICD}#B20"),),
        medications=("bictegravir/emtricitabine/tenofovir alafenamide 50/200/25 mg daily",),
        results=(("20447-9", "2026-07-07"),),
    ),
    Case(
        "a man of 60 who goes home after myocardial infarction on clopidogrel alone",
        "1966-06-06",
        "male",
        {"coronary-antithrombotic": "met", **_all("unmet", "ascvd-statin", "mi-beta-blocker")},
        absent=("colorectal", "zoster-vaccine", "tobacco-status", "depression-screen", "statin-prevention"),
        hook="encounter-discharge",
        problems=(("NSTEMI", f"{ICD}#I21.4"),),
        medications=("clopidogrel 75 mg daily",),
    ),
    Case(
        "a boy of 4 with most of his vaccines",
        "2022-08-08",
        "male",
        {
            **_all("met", "child-mmr-first", "child-dtap", "child-polio", "child-hepatitis-b"),
            "child-varicella-first": "unknown",
            "influenza-vaccine-child": "unmet",
        },
        absent=("child-mmr-second", "tetanus-vaccine", "hiv", "adolescent-hpv", "influenza-vaccine", "blood-pressure"),
        vaccines=(
            *(("20", "2022-10-08"), ("20", "2022-12-08"), ("20", "2023-02-08"), ("20", "2023-12-08")),
            *(("10", "2022-10-08"), ("10", "2022-12-08"), ("10", "2023-02-08"), ("03", "2023-09-08")),
            *(("08", "2022-08-08"), ("08", "2022-10-08"), ("08", "2023-02-08")),
        ),
    ),
    Case(
        "a girl of 14 with one HPV vaccine",
        "2012-05-05",
        "female",
        {
            **_all("met", "adolescent-tdap", "adolescent-menacwy", "child-mmr-second"),
            **_all("unmet", "adolescent-hpv", "adolescent-depression"),
        },
        absent=("adolescent-menacwy-booster", "chlamydia", "tobacco-status", "hpv-vaccine", "partner-violence"),
        vaccines=(
            *(("115", "2023-08-01"), ("114", "2023-08-01"), ("165", "2024-08-01")),
            *(("03", "2013-06-01"), ("03", "2016-08-01")),
        ),
    ),
    Case(
        "a man of 40 with hepatitis C and opioid use disorder on buprenorphine with naloxone",
        "1986-11-11",
        "male",
        {"opioid-use-treatment": "met", "hepatitis-b": "unmet", "hepatitis-a-vaccine-liver": "unknown"},
        absent=("hepatitis-c", "drug-use-screen", "colorectal"),
        problems=(("Opioid use disorder", f"{ICD}#F11.20"), ("Chronic hepatitis C", f"{ICD}#B18.2")),
        medications=("buprenorphine/naloxone 8/2 mg sublingual film daily",),
    ),
    Case(
        "a woman of 63 after a stroke, on warfarin and atorvastatin",
        "1963-05-05",
        "female",
        {**_all("met", "warfarin-inr", "stroke-antithrombotic", "ascvd-statin"), "statin-lipids": "unmet"},
        absent=("statin-prevention", "diabetes-statin", "bone-density"),
        problems=(("History of stroke", f"{ICD}#Z86.73"), ("Atrial fibrillation", f"{ICD}#I48.20")),
        medications=("warfarin 5 mg daily", "atorvastatin 80 mg nightly"),
        results=(("6301-6", "2026-11-20"),),
    ),
    Case(
        "a man of 57 with cirrhosis",
        "1969-04-04",
        "male",
        {
            "cirrhosis-liver-cancer": "met",
            "hepatitis-a-vaccine-liver": "unknown",
            "pneumococcal-vaccine": "unmet",
        },
        absent=("pneumococcal-vaccine-risk",),
        problems=(("Cirrhosis of liver", f"{ICD}#K74.60"),),
        procedures=(("45036003", "2026-08-08"),),
    ),
    Case(
        "a woman of 60 whose procedures, results and vaccines the client did not send",
        "1966-01-01",
        "female",
        _all("unknown", "colorectal", "mammogram", "hepatitis-c", "zoster-vaccine", "blood-pressure", "tobacco-status"),
        missing=("procedures", "immunizations", "labs", "vitals", "screenings"),
    ),
    Case(
        "a man of 40 with a body mass index of 31",
        "1986-01-01",
        "male",
        {"diabetes-screen": "unmet", "blood-pressure": "met"},
        absent=("colorectal", "prediabetes-glucose", "statin-prevention", "blood-pressure-young"),
        results=(("39156-5", "2026-06-01", 31.2, "kg/m2"), ("85354-9", "2026-06-01")),
    ),
    Case(
        "a man of 40 with a body mass index of 23",
        "1986-01-01",
        "male",
        {"blood-pressure": "met"},
        absent=("diabetes-screen",),
        results=(("39156-5", "2026-06-01", 23.4, "kg/m2"), ("85354-9", "2026-06-01")),
    ),
    Case(
        "a woman of 50 with prediabetes and Crohn's disease on azathioprine",
        "1976-02-02",
        "female",
        {"prediabetes-glucose": "unmet", "azathioprine-blood-count": "met"},
        absent=("colorectal", "diabetes-screen"),
        problems=(("Prediabetes", f"{SCT}#15777000"), ("Crohn's disease", f"{ICD}#K50.90")),
        medications=("azathioprine 100 mg daily",),
        results=(("58410-2", "2026-10-10"),),
    ),
)
