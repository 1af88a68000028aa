"""Every page there is: fit for screen readers in both themes, for the keyboard, and for people who may only look."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.browser import browsing, chromium
from tests.e2e.ui.places import DOOR, PLACES, Place, settled
from tests.e2e.ui.room import Room
from tests.e2e.ui.world import World, enter, leave, world_in

#: The first of them waits until all has happened that the pages show.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str, object], None]) -> Iterator[World]:
    need("chromium", chromium())
    with world_in(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(scope="module")
def room(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with browsing(tmp_path_factory.mktemp("browser")) as browser:
        browser.resize(1440, 900)
        yield Room(world.server, world.desk, browser)


@pytest.fixture(autouse=True)
def nobody(room: Room) -> None:
    """Let nobody be signed in, whatever became of the test before."""
    room.browser.forget()
    room.go()


def shown(world: World, room: Room, place: Place) -> None:
    """Open a place and wait until all of it is there."""
    room.visit(world.address(place.path))
    for name in place.press:
        room.press(name if name != "Search" else "Search\nCtrl K")
    room.sees(place.shows)
    settled(room)


#: What the eye is shown of an element that has the focus: compared with what it is without.
_UNSEEN = """
(() => {
    const facts = ['outlineStyle', 'outlineWidth', 'boxShadow', 'borderColor', 'backgroundColor', 'left'];
    const look = (it) => [it, it.parentElement, it.nextElementSibling, it.parentElement?.parentElement]
        .filter(Boolean).map((each) => { const style = getComputedStyle(each); return facts.map((fact) => style[fact]) }).join();
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
        .filter((it) => it.tabIndex >= 0 && !it.disabled && it.checkVisibility({ visibilityProperty: true }));
    const before = document.activeElement;
    const bad = [];
    for (const it of all) {
        it.blur();
        const plain = look(it);
        it.focus({ preventScroll: true });
        if (document.activeElement === it && look(it) === plain) bad.push(it.outerHTML.slice(0, 120));
        it.blur();
    }
    before?.focus?.({ preventScroll: true });
    return JSON.stringify(bad);
})()
"""
#: Things to press that Tab does not lead to, nor the arrows of a group that it leads to.
_UNREACHED = """
JSON.stringify([...document.querySelectorAll('a[href], button, [role=button], [onclick]')]
    .filter((it) => it.tabIndex < 0 && !it.disabled && it.checkVisibility({ visibilityProperty: true }))
    .filter((it) => !it.closest('[role=tablist], [role=menu], [role=listbox], [role=radiogroup], .mantine-NumberInput-controls'))
    .filter((it) => !it.matches('.mantine-PasswordInput-visibilityToggle, .mantine-InputClearButton-root, .mantine-Pill-remove'))
    .map((it) => it.outerHTML.slice(0, 120)))
"""


def test_every_page_is_fit_for_screen_readers_and_the_keyboard_in_both_themes(world: World, room: Room) -> None:
    faults: list[str] = []

    def look(place: Place) -> None:
        # What is on its way from one colour to another is neither.
        room.browser.run(
            "{ const still = new CSSStyleSheet(); still.replaceSync('*, ::before, ::after { transition: none !important }');"
            " document.adoptedStyleSheets = [still] }"
        )
        room.browser.run("document.documentElement.dataset.mantineColorScheme = 'light'")
        faults.extend(f"{place.name}, light: {each}" for each in room.faults())
        # Of a theme the colours alone are its own.
        room.browser.run("document.documentElement.dataset.mantineColorScheme = 'dark'")
        settled(room)
        faults.extend(f"{place.name}, dark: {each}" for each in room.faults("color-contrast"))
        room.browser.key("Tab")
        faults.extend(f"{place.name}, focus is not seen: {each}" for each in json.loads(room.browser.run(_UNSEEN)))
        faults.extend(f"{place.name}, not reached by Tab: {each}" for each in json.loads(room.browser.run(_UNREACHED)))

    room.go()
    room.sees(DOOR.shows)
    look(DOOR)
    enter(room, "ann")
    for place in PLACES:
        shown(world, room, place)
        look(place)
        if place.press:
            room.browser.key("Escape")
    leave(room, "ann")
    assert not faults, "\n".join(faults)


#: What whoever may only look may press: it changes what is on the page, or what is theirs.
_LOOKS = (
    "Copy", "Show", "Zoom", "Taller", "Lower", "Download", "Earlier", "More", "Views", "Month", "Of ", "In work pool",
    "New key", "Revoke", "End", "Any", "Try on the past", "Log of",
)  # fmt: skip
_BOXES = {"Follow", "Changes that people made"}
_OFFERED = """
JSON.stringify([...document.querySelectorAll('main :is(button, input[type=checkbox])')]
    .filter((it) => it.checkVisibility() && !it.matches('[role=tab], .calendar button, .mantine-Pill-remove'))
    .map((it) => (it.ariaLabel || it.labels?.[0]?.innerText || it.innerText || it.outerHTML.slice(0, 90)).trim()))
"""


def test_who_may_only_look_is_offered_nothing_else_on_any_page(world: World, room: Room) -> None:
    enter(room, "vera")
    wrong = []
    for place in PLACES:
        if place.press or place.name.startswith(
            ("settings-people", "settings-server", "block-new", "automation-new", "automation-edit")
        ):
            continue
        room.visit(world.address(place.path))
        settled(room)
        offered = json.loads(room.browser.run(_OFFERED))
        wrong += [f"{place.name}: {name}" for name in offered if not name.startswith(_LOOKS) and name not in _BOXES]
    leave(room, "vera")
    assert not wrong, "\n".join(wrong)


def test_dialogues_keep_the_focus_and_give_it_back(world: World, room: Room) -> None:
    enter(room, "ann")
    inside = "!!document.activeElement.closest('section[role=dialog]')"
    for path, name in (
        ("/flow-runs/<orders-2031-05-02>", "Delete"),
        ("/work-pools/here", "Change"),
        ("/variables", "New variable"),
        ("/", "Search\nCtrl K"),
    ):
        room.visit(world.address(path))
        called = f"each => (each.ariaLabel || each.innerText).trim() === {json.dumps(name)}"
        room.browser.run(f"[...document.querySelectorAll('button')].find({called}).focus()")
        room.browser.key("Enter")
        room.browser.until(inside)
        for shift in (False, True):
            for _ in range(12):
                room.browser.key("Tab", shift=shift)
                assert room.browser.run(inside), (path, name)
        room.browser.key("Escape")
        room.closed()
        room.browser.until(f"[document.activeElement].some({called})")
    # The first Tab of a page leads past its places.
    room.go("/flow-runs")
    room.at_rest()
    room.browser.key("Tab")
    assert room.browser.run("document.activeElement.innerText") == "Skip to the page"
    room.browser.key("Enter")
    room.browser.until("document.activeElement.id === 'main'")
    leave(room, "ann")


def test_views_are_saved_for_oneself_or_for_everybody(world: World, room: Room) -> None:
    def menu(who: str, path: str = "/flow-runs") -> None:
        enter(room, who)
        room.visit(path)
        room.press("Views")

    menu("bob", "/flow-runs?state=FAILED&since=24h")
    room.type("input[name=view]", "what failed")
    room.press("Save")
    room.sees("what failed is saved.")
    room.browser.run("document.querySelector('.mantine-Menu-dropdown input[type=checkbox]').click()")
    room.type("input[name=view]", "for all of us")
    room.press("Save")
    room.sees("for all of us is saved for everybody.")
    room.browser.key("Escape")
    leave(room, "bob")
    menu("vera")
    room.press("for all of us")
    room.browser.until("location.search === '?state=FAILED&since=24h'")
    room.browser.until("[...document.querySelectorAll('[data-run]')].every(each => each.innerText.includes('Failed'))")
    told = str(room.browser.run("document.querySelector('.mantine-Menu-dropdown').innerText"))
    # Hers to use and not to change; and bob's own are his.
    assert "what failed" not in told
    assert "Forget" not in told
    assert "For everybody" not in told
    room.type("input[name=view]", "my own")
    room.press("Save")
    room.sees("my own is saved.")
    room.press("Forget my own")
    room.browser.until("!document.querySelector('.mantine-Menu-dropdown').innerText.includes('my own')")
    room.browser.key("Escape")
    leave(room, "vera")
