"""What is wrong with a setting, by the name of its variable."""

import re

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings
from pydantic_settings.exceptions import SettingsError

_SECRET_SUFFIXES = ("_URL", "_PASSWORD", "_KEY", "_KEYS", "_SECRET", "_SECRETS", "_TOKEN")


def settings_fault_text(error: ValidationError) -> str | None:
    """One line for each variable that is wrong; None if the error is about no settings. Secrets are not shown."""
    settings = next((kind for kind in BaseSettings.__subclasses__() if kind.__name__ == error.title), None)
    if settings is None:
        return None
    prefix = settings.model_config.get("env_prefix", "")
    return "\n".join(_fault(prefix, detail) for detail in error.errors(include_url=False))


def unreadable_setting_text(error: SettingsError) -> str:
    """One line for a variable whose value is a list or an object, and cannot be read as one."""
    named = re.search(r'field "(\w+)"', str(error))
    field = named.group(1) if named else ""
    settings = next((kind for kind in BaseSettings.__subclasses__() if field in kind.model_fields), None)
    if settings is None:
        return str(error)
    name = f"{settings.model_config.get('env_prefix', '')}{field}".upper()
    return f"{name}: must be JSON, such as a list in brackets with each text in double quotes"


def _fault(prefix: str, detail: ErrorDetails) -> str:
    name = f"{prefix}{'.'.join(map(str, detail['loc']))}".upper()
    # Of what is missing, the input is all settings that there are.
    is_told = detail["type"] != "missing" and not name.endswith(_SECRET_SUFFIXES)
    value = f" {str(detail['input'])!r}" if is_told else ""
    return f"{name}{value}: {detail['msg']}"
