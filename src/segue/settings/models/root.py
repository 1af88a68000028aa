"""All settings, under the module path users know."""

from segue.settings.reading import Settings as Settings
