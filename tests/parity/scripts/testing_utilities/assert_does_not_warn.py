"""assert_does_not_warn lets silence pass and warnings fail."""

import warnings

from segue.testing.utilities import assert_does_not_warn

with assert_does_not_warn():
    print("silent")
try:
    with assert_does_not_warn():
        warnings.warn("loud", UserWarning, stacklevel=1)
except AssertionError as error:
    print(type(error).__name__)
with assert_does_not_warn(ignore_warnings=[UserWarning]):
    warnings.warn("ignored", UserWarning, stacklevel=1)
print("end")
