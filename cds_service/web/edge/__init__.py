"""What holds for every request and answer: hosts and headers, other origins, bodies in strict JSON, refusals."""
