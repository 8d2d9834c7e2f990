"""What is ordered and taken: each medication with its drugs, its directions, and a stay's before and after."""
