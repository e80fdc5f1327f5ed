"""Numbers, labels and blocks of text as readers see them; knows no stage."""
