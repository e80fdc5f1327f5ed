"""Methods: one module a method or a family."""
