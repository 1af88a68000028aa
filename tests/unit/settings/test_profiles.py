"""Profiles: read, changed, written whole."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.host import config
from segue.settings import (
    Profile,
    ProfilesCollection,
    get_current_settings,
    load_current_profile,
    load_profile,
    load_profiles,
    save_profiles,
    update_current_profile,
)
from segue.settings.reading import setting_named


@pytest.fixture(autouse=True)
def fresh(segue_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read the settings anew, away from any project's files."""
    monkeypatch.chdir(tmp_path)
    config.forget()
    yield
    config.forget()


def test_one_profile_exists_anyway() -> None:
    profiles = load_profiles()
    assert (profiles.names, profiles.active_name) == ({"ephemeral"}, "ephemeral")
    assert load_current_profile() == Profile("ephemeral")
    assert len(load_profiles(include_defaults=False)) == 0


def test_what_is_saved_is_what_is_read_and_in_force(segue_home: Path) -> None:
    profiles = load_profiles()
    profiles.add_profile(Profile('dév "x"', {"SEGUE_TASKS_DEFAULT_RETRIES": 2, "api.key": "sk\\1\n"}))
    profiles.set_active('dév "x"')
    save_profiles(profiles)
    path = segue_home / "profiles.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(segue_home.iterdir()) == [path]
    assert tomllib.loads(path.read_text()) == {
        "active": 'dév "x"',
        "profiles": {'dév "x"': {"SEGUE_TASKS_DEFAULT_RETRIES": "2", "SEGUE_API_KEY": "sk\\1\n"}},
    }
    config.forget()
    assert get_current_settings().tasks.default_retries == 2
    assert load_current_profile().to_environment_variables() == {
        "SEGUE_TASKS_DEFAULT_RETRIES": "2",
        "SEGUE_API_KEY": "sk\\1\n",
    }


def test_updating_merges_and_none_removes(segue_home: Path) -> None:
    profiles = ProfilesCollection([Profile("p", {"SEGUE_API_URL": "u", "SEGUE_UI_URL": "v"})], active="p")
    profile = profiles.update_profile("p", {"SEGUE_API_URL": None, "SEGUE_LOGGING_LEVEL": "DEBUG"})
    assert profile.to_environment_variables() == {"SEGUE_UI_URL": "v", "SEGUE_LOGGING_LEVEL": "DEBUG"}
    assert profiles.update_profile("new", {"SEGUE_API_URL": "u"}).name == "new"
    assert profiles.active_profile == profile
    profiles.remove_profile("new")
    assert profiles.names == {"p"}


def test_the_profile_in_use_is_updated_and_checked(segue_home: Path) -> None:
    update_current_profile({"SEGUE_TASKS_DEFAULT_RETRIES": "4"})
    config.forget()
    assert get_current_settings().tasks.default_retries == 4
    with pytest.raises(ValueError, match="SEGUE_TASKS_DEFAULT_RETRIES is 'many'"):
        update_current_profile({"SEGUE_TASKS_DEFAULT_RETRIES": "many"})
    config.forget()
    assert get_current_settings().tasks.default_retries == 4


def test_a_newer_versions_setting_survives_saving(segue_home: Path) -> None:
    segue_home.mkdir()
    (segue_home / "profiles.toml").write_text('active = "p"\n[profiles.p]\nSEGUE_FROM_THE_FUTURE = "x"\n')
    with pytest.warns(UserWarning, match="'SEGUE_FROM_THE_FUTURE' is not recognized"):
        update_current_profile({"SEGUE_API_URL": "u"})
    table = tomllib.loads((segue_home / "profiles.toml").read_text())["profiles"]["p"]
    assert table == {"SEGUE_FROM_THE_FUTURE": "x", "SEGUE_API_URL": "u"}


def test_names_are_unique_and_known() -> None:
    profiles = ProfilesCollection([Profile("p")])
    with pytest.raises(ValueError, match="Profile name 'p' already exists in collection"):
        profiles.add_profile(Profile("p"))
    with pytest.raises(ValueError, match="Unknown profile name 'q'"):
        profiles.set_active("q")
    with pytest.raises(ValueError, match="Profile 'q' not found"):
        load_profile("q")


def test_a_profile_does_not_print_its_secrets() -> None:
    assert "sk-1" not in repr(Profile("p", {"SEGUE_API_KEY": "sk-1"}))


def test_a_profiles_settings_are_found_by_object_and_by_name() -> None:
    profile = Profile("p", {"SEGUE_TASK_DEFAULT_RETRIES": "4"})
    key = setting_named("tasks.default_retries")
    assert key is not None
    assert profile.settings[key] == "4"
    assert [setting.name for setting in profile.settings] == ["SEGUE_TASKS_DEFAULT_RETRIES"]
