"""A row that cannot stand stops the start, and the error names its file and line."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from cds_service.errors import KnowledgeError
from cds_service.knowledge import TABLES, Knowledge, load_knowledge
from cds_service.knowledge.cells import read_rows
from cds_service.knowledge.kinds.interactions import Interaction, interactions_between
from cds_service.knowledge.rows import KINDS, Context
from cds_service.knowledge.sources import read_sources
from cds_service.knowledge.validate import validate
from cds_service.tables import read_tables
from tests.charts import knowledge

SHIPPED = read_tables(None)
LAST = {name: text.count("\n") + 1 for name, text in SHIPPED.items()}

INTERACTION = (
    "{id},{a},{b},{harm},{display},monitor,{summary},,,"
    "{monitor},{routes},{washout},{when},{alt},{source},here,It says so.,{review}"
)
RENAL = (
    "{id},{drug},{routes},{by},{dialysis},{low},{high},major,warning,{most},{unit},{to},"
    "slow,,,,{source},here,So it says.,"
)

LIMIT = "x,warfarin,,,{},major,warning,bleeding,Less.,,warfarin-label,here,So it says.,,"
PARTS = "x,{},,,{},mg,{},major,warning,bleeding,Less.,,warfarin-label,here,So it says.,"
RATE = "x,warfarin,,,{},,{},major,warning,bleeding,Less.,,warfarin-label,here,So it says.,"
CARE = {"pregnancy": "any", "proof": "test:hba1c@6m", "strength": "B", "harm": "minor", "display": "info"}
CARE |= {"id": "x", "summary": "Do it", "source": "loinc", "locator": "here", "supports": "It says so."}


def interaction(**cells: str) -> str:
    given = {
        "id": "x",
        "a": "warfarin",
        "b": "5-hydroxytryptophan",
        "harm": "moderate",
        "display": "info",
        "summary": "a risk",
    }
    given |= {"monitor": "inr@5", "routes": "", "alt": "", "source": "warfarin-label", "review": "unreviewed"}
    given |= {"washout": "", "when": "", **cells}
    return INTERACTION.format(**given)


def renal(**cells: str) -> str:
    given = {"id": "x", "drug": "loratadine", "routes": "", "low": "", "high": "30", "most": "", "unit": "", "to": ""}
    given |= {"by": "egfr", "dialysis": ""}
    return RENAL.format(**{**given, "source": "warfarin-label", **cells})


def care(**cells: str) -> str:
    header = SHIPPED["care_items.csv"].partition("\n")[0].split(",")
    return ",".join(f'"{ {**CARE, **cells}.get(column, "") }"' for column in header)


def pregnancy(**cells: str) -> str:
    given = {"id": "x", "drugs": "misoprostol", "dose_unit": "ug", "harm": "major", "display": "warning"}
    given |= {"summary": "harms", "source": "warfarin-label", "locator": "here", "supports": "It says so.", **cells}
    return ",".join(given.get(column, "") for column in SHIPPED["pregnancy.csv"].partition("\n")[0].split(","))


def with_rows(table: str, *rows: str) -> dict[str, str]:
    text = SHIPPED[table] if SHIPPED[table].endswith("\n") else SHIPPED[table] + "\n"
    return {**SHIPPED, table: text + "\n".join(rows) + "\n"}


def read_anew(table: str, *rows: str) -> Knowledge:
    """As `load_knowledge`, of which only what an altered table changes is done again: a second against a tenth."""
    tables, kind = with_rows(table, *rows), KINDS.get(table)
    if kind is None:
        return load_knowledge(tables)
    context = Context(knowledge().names, tables)
    read = tuple(kind.read(cells, context) for cells in read_rows(tables, table, kind.key))
    altered = replace(knowledge(), rows={**knowledge().rows, table: read})
    validate(altered)
    return altered


def test_the_rows_that_these_tests_spoil_are_sound_before() -> None:
    assert load_knowledge(with_rows("interactions.csv", interaction()))
    assert read_anew("interactions.csv", interaction()) and read_anew("renal_rows.csv", renal())


def test_a_row_that_cannot_stand_stops_the_loading() -> None:
    with pytest.raises(KnowledgeError, match=r"interactions\.csv, line \d+: harm is 'severe'"):
        load_knowledge(with_rows("interactions.csv", interaction(harm="severe")))
    with pytest.raises(KnowledgeError, match="source hearsay is not in our tables"):
        load_knowledge(with_rows("interactions.csv", interaction(source="hearsay")))


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"a": "wafarin"}, "'wafarin' is not an ingredient of drugs.csv"),
        ({"b": "class:nsaids"}, "'class:nsaids' is not in classes.csv"),
        ({"b": "warfarin"}, "a drug does not interact with itself"),
        ({"harm": "severe"}, "harm is 'severe'"),
        ({"display": "loud"}, "display is 'loud'"),
        ({"harm": "moderate", "display": "critical"}, "display critical is louder than harm moderate allows"),
        ({"summary": ""}, "summary is empty"),
        ({"summary": "x" * 91}, "summary is over 90 characters"),
        ({"monitor": "inr"}, "it is KEY@DAYS"),
        ({"monitor": "inrr@5"}, "monitor inrr is not in our tables"),
        ({"routes": "orall"}, "routes has 'orall'"),
        ({"washout": "c:14"}, "washout_days is 'c:14'"),
        ({"when": "potasium>=5@30"}, "when is 'potasium>=5@30'"),
        ({"when": "potassium=5"}, "when is 'potassium=5'"),
        ({"when": "daily>20"}, "when is 'daily>20'"),
        ({"when": "age_a>=65"}, "when is 'age_a>=65'"),
        ({"when": "route_a=vein"}, "route_a has 'vein'"),
        ({"when": "without=class:ppis"}, "'class:ppis' is not in classes.csv"),
        ({"when": "problem=past:gi-bleeds"}, "problem gi-bleeds is not in conditions.csv"),
        ({"alt": "alt-nothing"}, "alternative alt-nothing is not in our tables"),
        ({"source": ""}, "source is empty"),
        ({"source": "hearsay"}, "source hearsay is not in our tables"),
        ({"review": "unreviewd"}, "review is 'unreviewd'"),
        ({"review": "pharmacist|2026-11-20|2028-01-01"}, "within 12 months"),
        ({"review": "pharmacist|2026-02-30|2026-05-01"}, "within 12 months"),
        ({"id": "ddi-warfarin--metronidazole"}, "ddi-warfarin--metronidazole stands on line"),
        ({"id": "allergy-same-ingredient"}, "id allergy-same-ingredient is that of"),
    ],
)
def test_an_interaction_that_cannot_stand_is_named_with_its_line(cells: dict[str, str], says: str) -> None:
    with pytest.raises(KnowledgeError) as error:
        read_anew("interactions.csv", interaction(**cells))
    assert says in str(error.value)
    assert ".csv, line " in str(error.value)
    if "is that of" not in says:  # either of two rows that share an id may be named first
        assert f"interactions.csv, line {LAST['interactions.csv']}" in str(error.value)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([renal(low="30", high="30")], "the band is empty"),
        ([renal(high="")], "the band must end"),
        ([renal(high="500")], "the band must end"),
        ([renal(low="x")], "from is 'x', not a number"),
        ([renal(low="-5")], "from is -5: out of range"),
        ([renal(), renal(id="y", low="31", high="60")], "its band leaves a gap to or overlaps x"),
        ([renal(), renal(id="y", low="29", high="60")], "its band leaves a gap to or overlaps x"),
        ([renal(), renal(id="y", routes="oral")], "it speaks of routes of x too"),
        ([renal().replace("So it says", "At 30 mL/min or less")], "its source says 'or less'"),
        ([renal(routes="oral|rectal"), renal(id="y", routes="oral")], "it speaks of routes of"),
        ([renal(by="dialysis", high="")], "which dialysis it is for"),
        ([renal(by="dialysis", dialysis="any")], "has no band"),
        ([renal(low="10", dialysis="any")], "only the lowest band"),
        ([renal(dialysis="any"), renal(id="y", by="dialysis", high="", dialysis="peritoneal")], "this dialysis too"),
        ([renal(most="10")], "no unit is stated"),
        ([renal(most="10", unit="spoon")], "unit"),
        ([renal(most="60", unit="kg")], "the daily dose is not plausible"),
        ([renal(to="metformin 500 mg daily")], "does not name the drug it is about"),
        ([renal(to="loratadine as directed")], "has no clear dose"),
        ([renal(most="10", unit="mg", to="loratadine 100 mg daily")], "adjust_to gives more than max_daily_dose"),
    ],
)
def test_a_band_or_a_dose_that_does_not_fit_is_named(rows: list[str], says: str) -> None:
    with pytest.raises(KnowledgeError, match=r"renal_rows\.csv, line \d+: ") as error:
        read_anew("renal_rows.csv", *rows)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("table", "row", "says"),
    [
        ("interactions.csv", "x,warfarin", "the number of cells differs"),
        ("interactions.csv", 'x,"open', ""),
        ("drugs.csv", "11289,warfarin,,,,,rxnorm,here", "11289 stands on line"),
        ("drugs.csv", "900001,newdrug,coumadin,,,,rxnorm,here", "the name 'coumadin' stands for"),
        ("drugs.csv", "900001,newdrug,,,,no-class,rxnorm,here", "classes has 'no-class'"),
        ("combos.csv", "new combination,,11289|900001,,rxnorm,here", "ingredient 900001 is not in drugs.csv"),
        ("products.csv", "900001,", "ingredients is empty"),
        ("products.csv", "11289,6809", "the RxCUI stands for 11289 elsewhere"),
        ("source_checks.csv", "no-such-row,major,2026-11-29,https://example.org,,", "is not in our tables"),
        ("source_checks.csv", "comp-acei-baseline,moderate,soon,https://example.org,,", "on is not a date"),
        ("source_checks.csv", "comp-acei-baseline,moderate,2026-11-29,a book,,", "page is not an address"),
        (
            "source_checks.csv",
            "comp-acei-baseline,,2026-11-29,https://example.org,,",
            "it says one of harm, problems and told",
        ),
        ("allergy_groups.csv", "g,group,foobarol,,,,,warfarin-label,here,Yes.,", "'foobarol' is not an ingredient"),
        ("allergy_groups.csv", "g,group,,snomad#1,,,,warfarin-label,here,Yes.,", "not a code of the form key#code"),
        (
            "allergy_groups.csv",
            "g,group,,,,,whole,warfarin-label,here,Yes.,",
            "tolerated_as is 'whole', which is no group",
        ),
        (
            "coverage.csv",
            "warfarin,drug-interaction,none-needed,warfarin-label,,",
            "has drug-interaction rows after all",
        ),
        ("coverage.csv", "warfarin,weather,none-needed,warfarin-label,,", "topic is 'weather'"),
        ("coverage.csv", "cetirizine,drug-interaction,none-needed,,,", "its sources are not in sources.yaml"),
        ("coverage.csv", "biotin,renal-dosing,perhaps,warfarin-label,here,Silent.", "state is 'perhaps'"),
        ("coverage.csv", "biotin,renal-dosing,no-guidance,,here,Silent.", "its sources are not in sources.yaml"),
        ("coverage.csv", "biotin,renal-dosing,no-guidance,warfarin-label,,Silent.", "its locator says where"),
        ("coverage.csv", "biotin,renal-dosing,no-guidance,warfarin-label,here,", "its note is said"),
        ("coverage.csv", f"biotin,renal-dosing,no-guidance,warfarin-label,here,{'x' * 91}", "its note is said"),
        (
            "alternatives.csv",
            "x,class:nsaid,pain,acetaminophen,ibuprofen 200 mg daily,warfarin-label,h,Y.,",
            "not name",
        ),
        ("alternatives.csv", "x,class:nsaid,luck,acetaminophen,,warfarin-label,h,Y.,", "order_text is empty"),
        ("dose_limits.csv", LIMIT.format(",,mg,,warfarin 5 mg daily"), "belong together"),
        ("dose_limits.csv", LIMIT.format(",,,,warfarin 5 mg daily"), "and so is max_single"),
        ("dose_limits.csv", LIMIT.format("20,,,,warfarin 5 mg daily"), "belong together"),
        ("dose_limits.csv", LIMIT.format("20,,mg,,warfarin daily"), "has no clear daily dose in mg"),
        ("dose_limits.csv", LIMIT.format("20,,mg/m2,,warfarin 5 mg daily"), "has no clear daily dose in mg/m2"),
        ("dose_limits.csv", LIMIT.format("20,4,mg,,warfarin 5 mg daily"), "the usual dose is above the maximum"),
        ("dose_limits.csv", LIMIT.format("50,,mg,,warfarin 5 mg daily"), "ten times the usual dose is still within"),
        ("dose_limits.csv", LIMIT.format("9,,mg,,warfarin 5 mg daily") + "PE", "usual dose does not name its basis"),
        (
            "combined_limits.csv",
            PARTS.format("warfarin", "warfarin,5/5,5,5", "warfarin 1 tab"),
            "it is about two drugs",
        ),
        (
            "combined_limits.csv",
            PARTS.format("amoxicillin|clavulanate", "clavulanate,875-125,125,375", "augmentin 1 tab"),
            "'875-125' is no strength of two drugs",
        ),
        (
            "combined_limits.csv",
            PARTS.format("amoxicillin|clavulanate", "clavulanate,875/125,,375", "augmentin 1 tab"),
            "max_single and max_daily_dose are needed",
        ),
        (
            "combined_limits.csv",
            PARTS.format("amoxicillin|clavulanate", "clavulanate,875/125,125,375", "amoxicillin 1 tab"),
            "does not name the two drugs",
        ),
        ("infusion_rates.csv", RATE.format("5 mg", ",warfarin 1 mg/h"), "max_rate is not one rate of infusion"),
        ("infusion_rates.csv", RATE.format("5 mg/h", ",warfarin 1 mg"), "does not state one rate in its terms"),
        ("infusion_rates.csv", RATE.format("5 mg/kg/h", ",warfarin 1 mg/h"), "does not state one rate in its terms"),
        ("infusion_rates.csv", RATE.format("5 mg/h", ",warfarin 6 mg/h"), "the usual rate is above the maximum"),
        ("infusion_rates.csv", RATE.format("5 mg/min", ",warfarin 6 mg/h"), "ten times the usual rate is still within"),
        ("infusion_rates.csv", RATE.format("5 mg/h", "1,warfarin 2 mg/h"), "critical_times must be above 1"),
        (
            "infusion_rates.csv",
            RATE.format("5 mg/h", ",warfarin 1 mg/h").replace("h,,,", "h,true,,"),
            "it is yes or no",
        ),
        ("care_items.csv", care(display="warning", harm="major"), "a checklist never interrupts"),
        ("care_items.csv", care(proof="test:hba1c"), "proof has 'test:hba1c'"),
        ("care_items.csv", care(proof="taking:warfarin@6m"), "proof has 'taking:warfarin@6m'"),
        ("care_items.csv", care(proof="test:hba1c@6"), "proof has 'test:hba1c@6'"),
        ("care_items.csv", care(proof="test:tarot@6m"), "proof test:tarot is not in our tables"),
        ("care_items.csv", care(proof="test:hba1c@1y|set:tarot@1y"), "proof set:tarot is not in our tables"),
        ("care_items.csv", care(proof="problem:tarot"), "tarot is in no row of conditions.csv"),
        ("pregnancy.csv", pregnancy(daily="400"), "daily is '400'; it is FROM-TO in dose_unit"),
        ("pregnancy.csv", pregnancy(daily="800-400"), "daily is '800-400': the range is empty"),
        ("pregnancy.csv", pregnancy(daily="400-800", dose_unit=""), "an amount and dose_unit belong together"),
        ("pregnancy.csv", pregnancy(beside="nsaid", daily="400-800"), "'nsaid' is not an ingredient of drugs.csv"),
        ("care_items.csv", care(proof="test:hba1c@pregnancy"), "@pregnancy is for rows whose pregnancy is only"),
        ("care_items.csv", care(age_from="50", age_below="40"), "its ages hold nobody"),
        ("care_items.csv", care(conditions="past:luck"), "luck is in no row of conditions.csv"),
        ("care_items.csv", care(unless_done="luck"), "luck is in no row of care_sets.csv"),
        ("care_items.csv", care(allergens="group:luck"), "no allergy group is called luck"),
        ("care_items.csv", care(order="cvx#88"), "belong together"),
        ("care_items.csv", care(order="luck#88", order_text="a", order_display="b"), "luck#88"),
        ("care_items.csv", care(measured="egfr<60"), "measured says KEY>=VALUE@DAYS"),
        ("care_items.csv", care(measured="age>=60"), "measured says KEY>=VALUE@DAYS"),
        ("care_items.csv", care(months="13"), "months has '13'"),
        ("care_items.csv", care(hooks="order-sign"), "hooks has 'order-sign'"),
        ("care_items.csv", care(pregnancy="maybe"), "pregnancy is 'maybe'"),
        ("care_sets.csv", "x,observation,a,loinc#1-8,,,loinc,h", "under is for observations"),
        ("care_sets.csv", "x,procedure,a,snomed#1,,labs,loinc,h", "under is for observations"),
        ("care_sets.csv", "x,immunization,a,snomed#1,,,loinc,h", "a code is not of"),
        ("care_sets.csv", "x,procedure,a,,,,loinc,h", "codes is empty"),
        ("care_sets.csv", "x,procedure,a,snomed#1,,,nobody,h", "source nobody is not in our tables"),
    ],
)
def test_other_rows_that_cannot_stand_are_named_with_their_line(table: str, row: str, says: str) -> None:
    with pytest.raises(KnowledgeError) as error:
        read_anew(table, row)
    assert f"{table}, line " in str(error.value) and says in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("warfarin-label:\n  title: again\n", "warfarin-label stands on line"),
        ("thing:\n  title: only\n", "thing: a source has"),
        ("- a list\n", "sources.yaml"),
        (
            "s: {title: t, publisher: p, year: 26, identifier: i, url: 'https://x', kind: label}\n",
            "s: year is no year",
        ),
        ("s: {title: t, publisher: p, year: 2026, identifier: i, url: 'ftp://x', kind: label}\n", "url does not begin"),
        (
            "s: {title: t, publisher: p, year: 2026, identifier: i, url: 'https://x', kind: rumour}\n",
            "kind is 'rumour'",
        ),
        ("s: {title: '', publisher: p, year: 2026, identifier: i, url: 'https://x', kind: label}\n", "title"),
    ],
)
def test_a_source_that_cannot_be_cited_is_named(text: str, says: str) -> None:
    with pytest.raises(KnowledgeError, match=r"sources\.yaml") as error:
        read_sources({**SHIPPED, "sources.yaml": SHIPPED["sources.yaml"] + text})
    assert says in str(error.value)


def test_a_missing_table_and_a_missing_column_are_named() -> None:
    with pytest.raises(KnowledgeError, match=r"missing: uses\.csv"):
        load_knowledge({name: text for name, text in SHIPPED.items() if name != "uses.csv"})
    with pytest.raises(KnowledgeError, match="there is no column 'washout_days'"):
        table = SHIPPED["interactions.csv"].replace("washout_days", "washout", 1)
        load_knowledge({**SHIPPED, "interactions.csv": table})


HEADER = SHIPPED["interactions.csv"].splitlines()[0]


def site(folder: Path, **files: str) -> Knowledge:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return load_knowledge(read_tables(folder))


def test_a_site_adds_rows_and_replaces_ours_of_the_same_key(tmp_path: Path) -> None:
    ours = knowledge()
    replaced = interaction(id="ddi-warfarin--metronidazole", b="metronidazole", harm="minor", display="off")
    theirs = site(tmp_path, interactions="\n".join([HEADER, interaction(id="site-1"), replaced, ""]))
    assert len(theirs.all(Interaction)) == len(ours.all(Interaction)) + 1
    assert theirs.cited["ddi-warfarin--metronidazole"].place == "site/interactions.csv, line 3"
    assert theirs.version != ours.version


def test_a_site_s_coverage_of_one_topic_leaves_ours_of_the_others(tmp_path: Path) -> None:
    header = SHIPPED["coverage.csv"].splitlines()[0]
    theirs = site(tmp_path, coverage=f"{header}\nfinasteride,drug-allergy,none-needed,warfarin-label,,\n")
    finasteride = theirs.names.drugs["25025"]
    assert theirs.coverage(finasteride, "drug-allergy") == "none-needed"
    assert theirs.coverage(finasteride, "drug-interaction") == "none-needed"


def test_a_site_s_spreadsheet_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "interactions.csv").write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n{interaction(id='s')}\r\n".encode())
    assert "s" in load_knowledge(read_tables(tmp_path)).cited


def test_a_site_s_bad_row_is_named_in_its_own_file(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"^site/interactions\.csv, line 3: harm is 'severe'"):
        site(tmp_path, interactions="\n".join([HEADER, interaction(id="s"), interaction(id="t", harm="severe")]))


def test_a_site_s_folder_must_be_one_and_hold_only_tables_that_we_know(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="does not exist"):
        read_tables(tmp_path / "nowhere")
    (tmp_path / "interaction.csv").write_text(HEADER)
    with pytest.raises(KnowledgeError, match=r"interaction\.csv in the knowledge folder is not a table we know"):
        read_tables(tmp_path)
    (tmp_path / "interaction.csv").rename(tmp_path / "interactions.csv")
    (tmp_path / "interactions.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KnowledgeError, match="cannot be read as UTF-8"):
        read_tables(tmp_path)


def test_every_shipped_table_is_read() -> None:
    assert set(SHIPPED) == set(TABLES)


def test_tables_that_nobody_holds_any_more_are_given_back() -> None:
    known = load_knowledge(SHIPPED)
    warfarin, ibuprofen = (known.names.drugs[code] for code in ("11289", "5640"))
    assert interactions_between(known, warfarin, ibuprofen) and known.treated.in_entry("asthma")
    watched = weakref.ref(known), weakref.ref(known.names), weakref.ref(known.treated)
    del known
    gc.collect()
    assert [one() for one in watched] == [None, None, None]
