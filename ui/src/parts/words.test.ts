import { expect, test } from "vitest";
import { browserOf, clocksThere, duration } from "./words";

test("lengths of time have no part that is nothing", () => {
	const lengths = [0.0004, 0.25, 9.94, 59, 60, 61, 3600, 3660, 86_400, 90_000];
	expect(lengths.map(duration)).toEqual([
		"< 1 ms",
		"250 ms",
		"9.9 s",
		"59 s",
		"1 m",
		"1 m 1 s",
		"1 h",
		"1 h 1 m",
		"1 d",
		"1 d 1 h",
	]);
	expect(duration(null)).toBe("–");
});

test("clocks elsewhere are told by their time, and by their day where it is another", () => {
	expect(clocksThere("2031-05-31T08:00:00+02:00", "2031-05-31")).toBe("08:00");
	expect(clocksThere("2031-05-31T08:00:05+02:00", "2031-05-31")).toBe("08:00:05");
	expect(clocksThere("2031-06-01T00:30:00+02:00", "2031-05-31")).toBe("2031-06-01 00:30");
});

test("browsers are called what people call them", () => {
	const like = "AppleWebKit/537.36 (KHTML, like Gecko)";
	expect(browserOf(`Mozilla/5.0 (X11; Linux x86_64) ${like} HeadlessChrome/140.0 Safari/537.36`)).toBe(
		"Chrome on Linux",
	);
	expect(browserOf(`Mozilla/5.0 (Windows NT 10.0) ${like} Chrome/140.0 Safari/537.36 Edg/140.0`)).toBe(
		"Edge on Windows",
	);
	expect(browserOf("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1")).toBe(
		"Safari on iOS",
	);
	expect(browserOf("curl/8.5.0")).toBe("curl/8.5.0");
});
