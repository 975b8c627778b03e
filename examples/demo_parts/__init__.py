"""The parts of examples/demo.py: where its data come from, how results are judged, the table, the picture."""
