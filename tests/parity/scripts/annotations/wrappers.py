"""Annotations wrap one value, give it back, and compare by kind and value."""

from segue import allow_failure, unmapped
from segue.utilities.annotations import BaseAnnotation, NotSet, freeze, quote

for kind in (unmapped, allow_failure, quote, freeze):
    wrapped = kind([1, 2])
    print(kind.__name__, wrapped.value, wrapped.unwrap(), repr(wrapped), isinstance(wrapped, BaseAnnotation))
    print(wrapped.rewrap(3), wrapped == kind([1, 2]), wrapped == [[1, 2]])
print(quote(5).unquote(), freeze({"a": 1}).unfreeze(), unmapped("x") == quote("x"))
print(unmapped([7, 8])[0], unmapped([7, 8])[5])
try:
    freeze(object())
except ValueError as error:
    print(type(error).__name__)
print(NotSet.__name__)
