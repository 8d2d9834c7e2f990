"""The fixed sentences of the parity gate: orders, questions and statements of the kind the service reads.

They differ in matter on purpose. A set of one template with many drug names is all near ties, and then the nearest
neighbour says nothing about what a search would find.
"""

from __future__ import annotations

SENTENCES = tuple(
    line.strip()
    for line in """
    Trimethoprim with sulfamethoxazole raises the INR of people who take warfarin; a different antibiotic is preferred.
    Does warfarin interact with sulfa antibiotics?
    Metformin must not be started when the estimated GFR is below 45 and is stopped below 30.
    At which kidney function is metformin contraindicated?
    Lactic acidosis is a rare complication of biguanide accumulation.
    Two NSAIDs together double the risk of stomach bleeding without more pain relief.
    Is it safe to take naproxen and ibuprofen at the same time?
    Gastrointestinal hemorrhage in older adults is often related to anti-inflammatory drugs.
    Amoxicillin is a penicillin and must not be given after anaphylaxis to any penicillin.
    Can somebody with a penicillin allergy take cephalexin?
    Cross-reactivity between penicillins and cephalosporins follows the side chain.
    Hives in childhood after ampicillin, tolerated cefazolin last year.
    Simvastatin with clarithromycin can cause rhabdomyolysis.
    Muscle pain and dark urine after starting a statin call for a creatine kinase level.
    Which antibiotics raise statin levels?
    Spironolactone added to an ACE inhibitor can raise potassium to a dangerous level.
    Check potassium and creatinine within one to two weeks after a change of spironolactone dose.
    K 5.9
    What are the symptoms of hyperkalemia?
    Digoxin toxicity shows as nausea, yellow vision and slow heart rate.
    The digoxin dose is halved when amiodarone is started.
    How is a high digoxin level treated?
    Amiodarone prolongs the QT interval and inhibits several cytochromes.
    Thyroid function should be followed every six months during amiodarone.
    Levothyroxine is taken on an empty stomach, four hours apart from calcium or iron.
    Why is my TSH high although I take my thyroid pill?
    Sertraline with tramadol may cause serotonin syndrome.
    Agitation, tremor, fever and clonus after a new antidepressant
    Linezolid is a weak monoamine oxidase inhibitor.
    Methotrexate is taken once a week; daily dosing has been fatal.
    Folic acid lowers the side effects of methotrexate in rheumatoid arthritis.
    What blood tests are needed while taking methotrexate?
    Allopurinol increases the toxicity of azathioprine.
    Acute gout: colchicine dose must be lowered in renal impairment.
    Gabapentin is excreted by the kidney and accumulates when clearance falls.
    Dizziness and confusion in a dialysis patient on gabapentin
    Opioids with benzodiazepines increase the risk of respiratory depression and death.
    Oxycodone 5 mg every six hours as needed for pain
    Naloxone should be offered to patients on high opioid doses.
    Constipation from opioids is treated with a stimulant laxative.
    Alprazolam 0.5 mg at bedtime prn anxiety
    Clopidogrel needs CYP2C19 to become active; omeprazole inhibits it.
    Proton pump inhibitors for long periods are linked with low magnesium.
    Aspirin 81 mg daily for secondary prevention after myocardial infarction
    Apixaban 5 mg twice daily for atrial fibrillation
    How long should blood thinners be taken after a pulmonary embolism?
    Deep vein thrombosis often presents with swelling of one leg.
    Lithium levels rise with thiazide diuretics and with NSAIDs.
    Hydrochlorothiazide may lower sodium in elderly women.
    Polyuria and tremor in a patient on lithium
    Ciprofloxacin raises the concentration of tizanidine and causes hypotension.
    Fluoroquinolones have been associated with tendon rupture.
    Theophylline clearance falls with ciprofloxacin.
    Potassium chloride extended-release tablet 20 mEq by mouth once daily
    Lisinopril 10 mg daily for high blood pressure
    Angioedema after an ACE inhibitor: switch to another class.
    A dry cough that will not go away since the new blood pressure pill
    ACE inhibitors and angiotensin receptor blockers harm the fetus.
    Which blood pressure medicines can be used during pregnancy?
    Isotretinoin requires two negative pregnancy tests.
    Carbamazepine speeds the metabolism of oral contraceptives.
    Valproate raises lamotrigine levels and the risk of severe rash.
    Stevens-Johnson syndrome begins with fever and painful skin.
    What triggers seizures in people with epilepsy?
    Phenytoin total level must be corrected for low albumin.
    Sildenafil with nitroglycerin can drop the blood pressure profoundly.
    Chest pain relieved by a tablet under the tongue
    Beta blockers should not be stopped abruptly in coronary disease.
    Verapamil with metoprolol may cause heart block.
    Albuterol inhaler two puffs every four hours as needed for wheezing
    How is asthma diagnosed in children?
    Prednisone 40 mg daily for five days, no taper needed
    Long-term steroids thin the bones; calcium and vitamin D are advised.
    Osteoporosis screening is recommended for women over 65.
    Insulin glargine 20 units subcutaneously at bedtime
    Low blood sugar: give 15 grams of carbohydrate and check again.
    Glipizide can cause prolonged hypoglycemia in kidney failure.
    What is a normal hemoglobin A1c?
    Diabetic retinopathy may have no symptoms until vision is lost.
    Famotidine dose is reduced when creatinine clearance is below 60 mL/min.
    Nitrofurantoin does not reach the urine when kidney function is poor.
    Uncomplicated cystitis in women is treated for three to five days.
    Fluconazole 150 mg once for vaginal candidiasis
    Azole antifungals inhibit the metabolism of many drugs.
    Azithromycin has been linked with arrhythmia in patients with a long QT.
    Community-acquired pneumonia: amoxicillin or doxycycline for outpatients.
    Tetracyclines are not used in children under eight years.
    Measles can be prevented by vaccination.
    Is cystic fibrosis inherited?
    What is hereditary hemochromatosis?
    How many people are affected by Duchenne muscular dystrophy?
    What research is being done on multiple sclerosis?
    Primary biliary cholangitis is a chronic disease of the small bile ducts.
    Cirrhosis reduces the clearance of many medicines.
    Acetaminophen: at most four grams a day, less with heavy drinking.
    Acetylcysteine is the antidote of paracetamol poisoning.
    Alcohol withdrawal can cause seizures and delirium.
    Kidney stones cause sudden flank pain that moves to the groin.
    Estimated GFR 24 mL/min/1.73 m2, stable over six months
    Creatinine 212 umol/L
    No known drug allergies.
    Patient denies chest pain or shortness of breath.
    1 tab po bid prn pain, max 4 per day
    hello
    Cataract surgery replaces the cloudy lens of the eye.
    Treatment of plaque psoriasis includes topical steroids and light.
    Who should be screened for colorectal cancer?
    Tamoxifen is less effective with strong inhibitors of CYP2D6 such as paroxetine.
    Breast cancer in men is rare.
    Cyclosporine levels rise with diltiazem and fall with rifampin.
    Rifampin turns urine and tears orange.
    Tuberculosis spreads through the air when a person coughs.
    Zolpidem: women need half the dose of men.
    Sleep apnea is treated with positive airway pressure, and sedatives worsen it.
    Donepezil may slow the heart in the elderly.
    Memory loss that disrupts daily life can be an early sign of dementia.
    """.strip().splitlines()
)
