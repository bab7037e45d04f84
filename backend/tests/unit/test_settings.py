"""Settings are refused in words that whoever sets up an installation can act on."""

import pytest
from pydantic import ValidationError

from clonememoria.core.config import Settings, problems_of

RANDOM = "7d1fb0c2a94e63857d1fb0c2a94e6385e0c4b1f29a6d8375"


def _problems(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None)
    return problems_of(refused.value)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "short",
        "x" * 64,
        "changeme-changeme-changeme-changeme",
        "your-secret-key-change-in-production",
        "This-is-an-EXAMPLE-4f9b1c7d2e8a6350-4f9b1c7d",
        "0123456789abcdef0123456789abcdef",
        "correct horse PLACEHOLDER battery staple",
    ],
)
def test_production_refuses_a_missing_a_short_and_a_known_secret(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    problems = _problems(monkeypatch, CLONEMEMORIA_ENV="production", SECRET_KEY=secret)
    assert len(problems) == 1
    assert problems[0].startswith("CLONEMEMORIA_ENV=production needs a SECRET_KEY of at least 32")


def test_production_takes_a_random_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLONEMEMORIA_ENV", "production")
    monkeypatch.setenv("SECRET_KEY", RANDOM)
    assert Settings(_env_file=None).is_production


def test_what_is_wrong_has_its_name_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = _problems(
        monkeypatch, PORT="abc", LOG_LEVEL="loud", CLONEMEMORIA_ENV="prod", TTS_API_BASE_URL="x y"
    )
    assert [problem.partition(":")[0] for problem in problems] == [
        "PORT",
        "CLONEMEMORIA_ENV",
        "TTS_API_BASE_URL",
        "LOG_LEVEL",
    ]
    assert not any("Value error" in problem for problem in problems)


@pytest.mark.parametrize("url", ["hello", "mysql://u:hunter2@h/x", "postgresql://u:hunter2@h:p/x"])
def test_an_address_of_no_postgres_is_refused_without_repeating_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    (problem,) = _problems(monkeypatch, DATABASE_URL=url)
    assert problem.startswith("DATABASE_URL: is not of the form postgresql://")
    assert "hunter2" not in problem


@pytest.mark.parametrize(
    "url", ["hello", "http://:hunter2@h", "redis://", "redis://:hunter2@h:p/0", "redis://h/hunter2"]
)
def test_an_address_of_no_redis_is_refused_without_repeating_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    (problem,) = _problems(monkeypatch, REDIS_URL=url)
    assert problem.startswith("REDIS_URL: is not of the form redis://")
    assert "hunter2" not in problem


@pytest.mark.parametrize(
    "url",
    [
        "redis://h",
        "redis://u:p@h:6379/2",
        "rediss://:p@h:6380/0?ssl_cert_reqs=none",
        "unix:///run/redis.sock?db=1",
    ],
)
def test_the_usual_addresses_of_a_redis_are_taken(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    settings = Settings(_env_file=None)
    assert settings.redis_url
    assert settings.redis_url.get_secret_value() == url


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:p@h/x",
        "postgresql+asyncpg://u:p@h:5432/x",
        "postgresql://u@/x?host=/run/pg&port=5433",
    ],
)
def test_the_usual_addresses_of_a_postgres_are_taken(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    settings = Settings(_env_file=None)
    assert settings.database_url
    assert settings.database_url.get_secret_value() == url


def test_networks_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URL_ALLOWED_NETWORKS", "10.20.0.0/16, fd00:1234::/48,192.168.1.7")
    networks = Settings(_env_file=None).url_allowed_networks
    assert list(map(str, networks)) == ["10.20.0.0/16", "fd00:1234::/48", "192.168.1.7/32"]
    # With bits beyond its mask: whichever was meant, it is not for us to guess.
    problems = _problems(monkeypatch, URL_ALLOWED_NETWORKS="10.20.1.7/16,intranet")
    assert [problem.partition(":")[0] for problem in problems] == ["URL_ALLOWED_NETWORKS"] * 2
