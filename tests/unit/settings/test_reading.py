"""Settings as users read and override them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import segue.settings
from segue.host import config
from segue.settings import get_current_settings, temporary_settings
from segue.settings.reading import all_settings


@pytest.fixture(autouse=True)
def fresh(segue_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read the settings anew, away from any project's files."""
    monkeypatch.chdir(tmp_path)
    config.forget()
    yield
    config.forget()


def test_settings_are_read_by_group(segue_home: Path) -> None:
    settings = get_current_settings()
    assert settings.home == segue_home
    assert settings.results.local_storage_path == segue_home / "storage"
    assert settings.results.persist_by_default is False
    assert settings.tasks.runner.thread_pool_max_workers is None
    assert settings.api.url is None


def test_an_unknown_setting_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"there is no setting 'tasks\.nope'"):
        _ = get_current_settings().tasks.nope
    with pytest.raises(AttributeError, match="SEGUE_NOPE is not a Segue setting"):
        _ = segue.settings.SEGUE_NOPE


def test_every_setting_is_an_object_of_its_own_name() -> None:
    for setting in all_settings():
        assert getattr(segue.settings, setting.name) == setting
    assert segue.settings.SEGUE_TASK_DEFAULT_RETRIES.accessor == "tasks.default_retries"


def test_a_setting_reads_the_value_in_force(segue_home: Path) -> None:
    assert segue.settings.SEGUE_HOME.value() == segue_home
    assert segue.settings.SEGUE_API_URL.value() is None
    assert not segue.settings.SEGUE_API_URL
    assert segue.settings.SEGUE_HOME.default() == "~/.segue"
    with temporary_settings({segue.settings.SEGUE_API_URL: "http://x/api"}):
        assert segue.settings.SEGUE_API_URL == "http://x/api"
        assert str(segue.settings.SEGUE_API_URL) == "http://x/api"


def test_overrides_by_object_name_or_place() -> None:
    for key in (
        segue.settings.SEGUE_RESULTS_PERSIST_BY_DEFAULT,
        "SEGUE_RESULTS_PERSIST_BY_DEFAULT",
        "results.persist_by_default",
    ):
        with temporary_settings({key: True}) as settings:
            assert settings.results.persist_by_default is True
            assert get_current_settings() == settings
        assert get_current_settings().results.persist_by_default is False


def test_an_override_ends_when_the_code_inside_fails() -> None:
    with pytest.raises(KeyError), temporary_settings({"SEGUE_API_URL": "http://x"}):
        raise KeyError
    assert get_current_settings().api.url is None


@pytest.mark.parametrize(
    "updates", [{"SEGUE_NOPE": 1}, {"SEGUE_TASKS_DEFAULT_RETRIES": "-1"}, {"SEGUE_LOGGING_LEVEL": "x"}]
)
def test_a_wrong_override_is_a_value_error(updates: dict[segue.settings.Setting | str, object]) -> None:
    with pytest.raises(ValueError, match="SEGUE_"), temporary_settings(updates):
        pass


def test_secrets_are_wrapped_and_never_printed() -> None:
    with temporary_settings({"SEGUE_API_KEY": "sk-1"}) as settings:
        assert settings.api.key.get_secret_value() == "sk-1"
        assert segue.settings.SEGUE_API_KEY.value() == "sk-1"
        assert segue.settings.SEGUE_API_KEY.is_secret
        assert "sk-1" not in repr(settings) + repr(settings.api)


def test_settings_can_be_handed_to_a_child_process() -> None:
    with temporary_settings({"SEGUE_LOGGING_EXTRA_LOGGERS": ["a", "b"], "SEGUE_DEBUG_MODE": True}) as settings:
        variables = settings.to_environment_variables()
        assert config.overrides() == {"SEGUE_LOGGING_EXTRA_LOGGERS": ["a", "b"], "SEGUE_DEBUG_MODE": True}
    assert variables["SEGUE_LOGGING_EXTRA_LOGGERS"] == "a,b"
    assert variables["SEGUE_DEBUG_MODE"] == "true"
    assert "SEGUE_API_URL" not in variables
    with temporary_settings(variables) as again:
        assert again == settings


def test_copies_leave_what_is_in_force_alone() -> None:
    copy = get_current_settings().copy_with_update({"SEGUE_API_URL": "http://x"})
    assert copy.api.url == "http://x"
    assert get_current_settings().api.url is None
