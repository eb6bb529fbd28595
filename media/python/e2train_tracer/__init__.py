"""Runs a Python model file and describes the models that it makes: layers, shapes, and the lines that made them."""
