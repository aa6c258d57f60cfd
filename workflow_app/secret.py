"""The installation's secret: from the environment, else made once and kept in the data folder."""

import os
import secrets
from contextlib import suppress

from workflow_app.settings import Settings


def secret_key(settings: Settings) -> str:
    """The key that signs sessions and salts digests; created readable by the owner alone."""
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    settings.data.mkdir(parents=True, exist_ok=True)
    path = settings.data / "secret.key"
    # Web, worker and scheduler may start at once: only one of them creates the file.
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
