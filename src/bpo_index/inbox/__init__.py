"""The inbox: survey files dropped into a folder, each published once."""
