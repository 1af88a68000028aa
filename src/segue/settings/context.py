"""The settings in force, under the module path users know."""

from segue.settings.reading import get_current_settings as get_current_settings
from segue.settings.reading import temporary_settings as temporary_settings
