"""Settings: names, and values written as people write them."""

import pytest

from segue.model.settings import Settings, WrongSetting, build, expected, table, walk

TABLE = table()


def test_every_setting_has_a_name_and_a_sentence() -> None:
    assert [setting.path for setting in TABLE.values()] == [path for path, _ in walk(Settings())]
    for setting in TABLE.values():
        assert setting.name == "SEGUE_" + "_".join(setting.path).upper()
        assert setting.description.endswith(".")


def test_no_two_settings_share_a_name() -> None:
    names = [name for setting in TABLE.values() for name in (setting.name, *setting.also)]
    assert len(names) == len(set(names))


def test_defaults_are_of_their_own_type() -> None:
    for setting in TABLE.values():
        assert setting.read(setting.default, "test") == setting.default


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("SEGUE_RESULTS_PERSIST_BY_DEFAULT", "true", True),
        ("SEGUE_RESULTS_PERSIST_BY_DEFAULT", "Yes", True),
        ("SEGUE_RESULTS_PERSIST_BY_DEFAULT", "1", True),
        ("SEGUE_RESULTS_PERSIST_BY_DEFAULT", "off", False),
        ("SEGUE_RESULTS_PERSIST_BY_DEFAULT", False, False),
        ("SEGUE_TASKS_DEFAULT_RETRIES", "3", 3),
        ("SEGUE_TASKS_DEFAULT_RETRIES", 4, 4),
        ("SEGUE_TASKS_DEFAULT_RETRY_DELAY_SECONDS", "1.5", 1.5),
        ("SEGUE_TASKS_DEFAULT_RETRY_DELAY_SECONDS", "1,2.5", [1.0, 2.5]),
        ("SEGUE_TASKS_DEFAULT_RETRY_DELAY_SECONDS", "[1, 2]", [1.0, 2.0]),
        ("SEGUE_TASKS_DEFAULT_RETRY_DELAY_SECONDS", (1, 2), [1.0, 2.0]),
        ("SEGUE_TASKS_DEFAULT_PERSIST_RESULT", "none", None),
        ("SEGUE_TASKS_DEFAULT_PERSIST_RESULT", "no", False),
        ("SEGUE_LOGGING_LEVEL", "debug", "DEBUG"),
        ("SEGUE_LOGGING_EXTRA_LOGGERS", "dask, sqlalchemy.engine", ["dask", "sqlalchemy.engine"]),
        ("SEGUE_LOGGING_EXTRA_LOGGERS", '["dask"]', ["dask"]),
        ("SEGUE_RETENTION_LOGS_DAYS", "none", None),
        ("SEGUE_API_URL", "http://x/api", "http://x/api"),
        ("SEGUE_RESULTS_DEFAULT_SERIALIZER", "json", "json"),
    ],
)
def test_values_are_understood(name: str, written: object, value: object) -> None:
    understood = TABLE[name].read(written, "environment")
    assert understood == value
    assert type(understood) is type(value)


@pytest.mark.parametrize(
    ("name", "written", "sentence"),
    [
        (
            "SEGUE_TASKS_DEFAULT_RETRIES",
            "abc",
            "SEGUE_TASKS_DEFAULT_RETRIES is 'abc' (environment), but must be a whole number at least 0",
        ),
        (
            "SEGUE_TASKS_DEFAULT_RETRIES",
            -1,
            "SEGUE_TASKS_DEFAULT_RETRIES is -1 (environment), but must be a whole number at least 0",
        ),
        (
            "SEGUE_RETENTION_LOGS_DAYS",
            "0",
            "SEGUE_RETENTION_LOGS_DAYS is '0' (environment), but must be a whole number more than 0 or none",
        ),
        (
            "SEGUE_LOGGING_LEVEL",
            "loud",
            "SEGUE_LOGGING_LEVEL is 'loud' (environment), but must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL",
        ),
        (
            "SEGUE_DEBUG_MODE",
            "perhaps",
            "SEGUE_DEBUG_MODE is 'perhaps' (environment), but must be true or false",
        ),
        (
            "SEGUE_LOGGING_EXTRA_LOGGERS",
            "[1",
            "SEGUE_LOGGING_EXTRA_LOGGERS is '[1' (environment), but must be a list (a text each)",
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_layer_and_what_it_must_be(name: str, written: object, sentence: str) -> None:
    with pytest.raises(WrongSetting) as caught:
        TABLE[name].read(written, "environment")
    assert str(caught.value) == sentence + "."


def test_true_is_not_a_number_of_retries() -> None:
    with pytest.raises(WrongSetting):
        TABLE["SEGUE_TASKS_DEFAULT_RETRIES"].read(True, "override")


def test_what_hangs_on_the_home_follows_it() -> None:
    settings = build({("home",): "/data/segue/"})
    assert settings.profiles_path == "/data/segue/profiles.toml"
    assert settings.database.url == "sqlite:////data/segue/segue.db"
    assert settings.results.local_storage_path == "/data/segue/storage"


def test_a_value_lands_in_its_group_and_no_other_changes() -> None:
    settings = build({("tasks", "runner", "thread_pool_max_workers"): 3, ("database", "url"): "postgresql://h/d"})
    assert settings.tasks.runner.thread_pool_max_workers == 3
    assert settings.tasks.default_retries == 0
    assert settings.database.url == "postgresql://h/d"


def test_debug_mode_lowers_the_level_unless_another_was_asked_for() -> None:
    assert build({("debug_mode",): True}).logging.level == "DEBUG"
    assert build({("debug_mode",): True, ("logging", "level"): "ERROR"}).logging.level == "ERROR"


def test_secrets_and_passwords_are_masked() -> None:
    assert TABLE["SEGUE_API_KEY"].masked("sk-1") == "**********"
    assert TABLE["SEGUE_API_KEY"].masked(None) is None
    database = TABLE["SEGUE_DATABASE_URL"]
    assert database.masked("postgresql://me:pw@host:5432/db") == "postgresql://me:**********@host:5432/db"
    assert database.masked("postgresql://host/db") == "postgresql://host/db"


def test_every_type_can_be_said_in_words() -> None:
    for setting in TABLE.values():
        assert expected(setting.type)
