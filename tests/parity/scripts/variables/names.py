"""Names hold lower-case letters, digits, dashes and underscores."""

from segue.variables import Variable

for name in ("ok_name", "ok-name", "name9", "Upper", "with space", "dot.name", "x" * 300):
    try:
        print(name[:20], Variable.set(name, 1).value)
    except Exception as error:
        print(name[:20], "refused", isinstance(error, Exception))
