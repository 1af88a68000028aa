"""The table of operations, their requests and answers, and the codec. Floor 1: pure."""
