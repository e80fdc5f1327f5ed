"""Which changes of the categories' weights change the order."""
