"""A definition drafted from a file of answers: what each column is, with the evidence, and what a person has to say.

Stages: `look_at_files` (columns and their texts), `find_roles` and `find_units` (what is not a question),
`find_ratings` (questions and scales), `group_questions` (categories), `draft_definition` (all of it as decisions),
`write_document` (YAML with the evidence as comments). Method page: docs/methods/drafting.md.
"""
