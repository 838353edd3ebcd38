"""Every button there is, one module for each thing that people do; `packing` lets them travel.

Importing any of them makes all known, so that every button that was ever sent can be read.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
