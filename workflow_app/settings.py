"""Typed settings, from the environment (prefix KAOPING_)."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

MEGABYTE = 1024 * 1024


class Settings(BaseSettings):
    """What an installation may set; every default runs the embedded system in one folder."""

    model_config = SettingsConfigDict(env_prefix="KAOPING_", extra="ignore")

    data: Path = Field(default=Path("var"), description="folder of database, queue, secret, logs")
    database_url: str = ""
    redis_url: str = ""
    secret_key: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:8000"
    time_zone: str = "Asia/Shanghai"
    company_zh: str = "恒泰商贸"
    company_en: str = "Hengtai Trading"
    default_locale: Literal["zh", "en"] = "zh"
    secure_cookies: bool = False
    trusted_proxies: int = 0
    session_hours: int = 10
    max_upload: int = 8 * MEGABYTE
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    mail_from: str = "kaoping@localhost"
    mail_per_minute: int = Field(default=60, ge=0, description="mails a minute to one recipient domain; 0: no limit")
    bounce_secret: SecretStr = Field(default=SecretStr(""), description="lets a mail service report bounces")
    log_level: str = "INFO"
    testing: bool = False

    @property
    def database(self) -> str:
        """The SQLAlchemy URL: the given one, else SQLite in the data folder."""
        return self.database_url or f"sqlite:///{(self.data / 'kaoping.sqlite3').absolute()}"

    @property
    def sends_mail(self) -> bool:
        """Mail leaves over SMTP; otherwise it is kept and readable in the application."""
        return bool(self.smtp_host)
