"""What ./check runs. Python 3.9 and its standard library do; what needs more runs in processes of its own."""
