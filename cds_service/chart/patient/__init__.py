"""What follows from a chart about the patient now: age, kidneys, liver, pregnancy, scores, loads of drugs."""
