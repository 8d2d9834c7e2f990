"""Laboratory results and vital signs, by kind and by LOINC code."""
