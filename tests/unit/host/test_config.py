"""The layers of the settings: who wins, what is remembered, what is refused."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.host import config
from segue.model.settings import UnknownSetting, WrongSetting


@pytest.fixture(autouse=True)
def place(tmp_path: Path, segue_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a test a working directory and a home of its own, and settings read anew."""
    work = tmp_path / "work"
    work.mkdir()
    segue_home.mkdir()
    monkeypatch.chdir(work)
    config.forget()
    yield work
    config.forget()


def layer_of(name: str) -> str:
    return next(line.layer for line in config.explain() if line.name == name)


PROFILES = """
active = "mine"
[profiles.mine]
SEGUE_TASKS_DEFAULT_RETRIES = "1"
SEGUE_FLOWS_DEFAULT_RETRIES = 1
[profiles.other]
SEGUE_LOGGING_LEVEL = "ERROR"
"""


def test_defaults_hold_where_nobody_says_anything(segue_home: Path) -> None:
    settings = config.current()
    assert settings.home == str(segue_home)
    assert settings.tasks.default_retries == 0
    assert settings.retention.flow_runs_days == 365
    assert layer_of("SEGUE_TASKS_DEFAULT_RETRIES") == "default"
    assert layer_of("SEGUE_HOME") == "environment"


def test_settings_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = config.current()
    monkeypatch.setenv("SEGUE_TASKS_DEFAULT_RETRIES", "5")
    assert config.current() is first
    config.forget()
    assert config.current().tasks.default_retries == 5


def test_each_layer_covers_the_one_below(place: Path, segue_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (segue_home / "profiles.toml").write_text(PROFILES)
    assert (config.current().profile, config.current().tasks.default_retries) == ("mine", 1)
    assert layer_of("SEGUE_TASKS_DEFAULT_RETRIES") == "profile 'mine'"

    def again() -> tuple[int, str]:
        config.forget()
        return config.current().tasks.default_retries, layer_of("SEGUE_TASKS_DEFAULT_RETRIES")

    (place / "pyproject.toml").write_text("[tool.segue.tasks]\ndefault_retries = 2\n")
    assert again() == (2, "pyproject.toml")
    (place / "segue.toml").write_text("[tasks]\ndefault_retries = 3\n")
    assert again() == (3, "segue.toml")
    (place / ".env").write_text("OTHER=1\nexport SEGUE_TASKS_DEFAULT_RETRIES='4'\n")
    assert again() == (4, ".env")
    monkeypatch.setenv("SEGUE_TASKS_DEFAULT_RETRIES", "5")
    assert again() == (5, "environment")
    with config.overridden({"SEGUE_TASKS_DEFAULT_RETRIES": 6}) as settings:
        assert (settings.tasks.default_retries, layer_of("SEGUE_TASKS_DEFAULT_RETRIES")) == (6, "override")
    assert again() == (5, "environment")
    assert config.current().flows.default_retries == 1


def test_the_environment_chooses_the_profile(segue_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (segue_home / "profiles.toml").write_text(PROFILES)
    monkeypatch.setenv("SEGUE_PROFILE", "other")
    assert config.current().logging.level == "ERROR"
    assert config.current().tasks.default_retries == 0


def test_an_unknown_profile_is_refused(segue_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_PROFILE", "nobody")
    with pytest.raises(config.UnknownProfile, match=r"There is no profile 'nobody' in .*profiles\.toml"):
        config.current()


def test_former_and_dotted_names_lead_to_the_same_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_TASK_DEFAULT_RETRIES", "2")
    assert config.current().tasks.default_retries == 2
    with config.overridden({"tasks.default_retries": 3}) as settings:
        assert settings.tasks.default_retries == 3


def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_API_URL", "")
    assert config.current().api.url is None
    assert layer_of("SEGUE_API_URL") == "default"


def test_a_name_that_nobody_knows_is_left_alone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_FROM_THE_FUTURE", "x")
    monkeypatch.setenv("SEGUE__FLOW_RUN_ID", "x")
    (place / "pyproject.toml").write_text("[tool.segue.sizes]\nfile = 500\n")
    assert config.loaded().unknown == {"SEGUE_FROM_THE_FUTURE": "environment", "SEGUE_SIZES_FILE": "pyproject.toml"}


def test_a_wrong_value_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_LOGGING_LEVEL", "loud")
    with pytest.raises(WrongSetting, match=r"SEGUE_LOGGING_LEVEL is 'loud' \(environment\), but must be one of"):
        config.current()


def test_a_broken_file_is_an_error_that_names_it(place: Path) -> None:
    (place / "segue.toml").write_text("[tasks\n")
    with pytest.raises(config.UnreadableFile, match=r"segue\.toml is not valid: "):
        config.current()


def test_paths_are_absolute_and_know_the_user(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    monkeypatch.setenv("SEGUE_HOME", "~/h")
    monkeypatch.setenv("SEGUE_LOCAL_STORAGE_PATH", "results")
    settings = config.current()
    assert settings.home == "/somewhere/h"
    assert settings.results.local_storage_path == str(place / "results")


def test_overrides_nest_and_end() -> None:
    with config.overridden({"SEGUE_API_URL": "http://outer"}):
        with config.overridden({}, defaults={"SEGUE_API_URL": "http://d", "SEGUE_UI_URL": "http://ui"}) as settings:
            assert (settings.api.url, settings.ui_url) == ("http://outer", "http://ui")
        with config.overridden({}, restored=["SEGUE_API_URL"]) as settings:
            assert settings.api.url is None
        assert config.current().api.url == "http://outer"
    assert config.current().api.url is None


def test_an_override_stays_in_its_context() -> None:
    seen: list[str | None] = []
    with config.overridden({"SEGUE_API_URL": "http://here"}):
        thread = threading.Thread(target=lambda: seen.append(config.current().api.url))
        thread.start()
        thread.join()
    assert seen == [None]


def test_an_override_of_the_home_moves_what_hangs_on_it(tmp_path: Path) -> None:
    with config.overridden({"SEGUE_HOME": tmp_path / "elsewhere"}) as settings:
        assert settings.database.url == f"sqlite:///{tmp_path}/elsewhere/segue.db"


def test_overriding_an_unknown_setting_is_refused() -> None:
    with pytest.raises(UnknownSetting, match="Unknown setting: 'SEGUE_NOPE'"):
        config.overridden({"SEGUE_NOPE": 1})
    with pytest.raises(ValueError, match="Unknown setting"):
        config.overridden({}, restored=["SEGUE_NOPE"])


def test_a_profile_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_TASKS_DEFAULT_RETRIES", "5")
    values = {"SEGUE_TASKS_DEFAULT_RETRIES": "1", "SEGUE_FLOWS_DEFAULT_RETRIES": "1"}
    with config.with_profile("p", values, over_environment=False, keep=True) as settings:
        assert (settings.profile, settings.tasks.default_retries, settings.flows.default_retries) == ("p", 5, 1)
    with config.with_profile("p", values, over_environment=True, keep=True) as settings:
        assert settings.tasks.default_retries == 1


def test_a_process_that_nobody_configured_loads_no_toml_reader(place: Path, segue_home: Path) -> None:
    (place / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    program = (
        "import sys; before = set(sys.modules); from segue.host import config; config.current();"
        "print([name for name in ('tomllib', 'pathlib', 'pydantic', 'logging') if name in set(sys.modules) - before])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
