// Expected values worked out by hand.
import { describe, expect, test } from "vitest";
import { bytes, compact, decided, money, monies, number, percent, plural, relative, span, ticks, time } from "../src/format.ts";

const US = 1_000_000;

describe("numbers", () => {
  test("thousands are separated and a minus is a minus", () => {
    expect(number(1234567)).toBe("1,234,567");
    expect(number(-12.5)).toBe("−12.5");
  });
  test("what is unknown is a dash, never a zero", () => {
    expect(number(undefined)).toBe("–");
    expect(number(NaN)).toBe("–");
    expect(percent(null)).toBe("–");
  });
  test("very small numbers keep their size", () => expect(number(0.0000032)).toBe("3.2e−6"));
  test("a share is a percentage, and a small one is not rounded away", () => {
    expect(percent(0.314)).toBe("31 %");
    expect(percent(0.0004)).toBe("<0.1 %");
    expect(percent(0)).toBe("0 %");
    expect(percent(0.995)).toBe("99.5 %");
    expect(percent(0.9996)).toBe(">99.9 %");
    expect(percent(0.987)).toBe("99 %");
    expect(percent(0.99)).toBe("99 %");
    expect(percent(1)).toBe("100 %");
  });
  test("one is singular", () => expect([plural(1, "answer"), plural(1204, "answer")]).toEqual(["1 answer", "1,204 answers"]));
  test("bytes have the unit that fits", () => expect([bytes(999), bytes(1_234_567)]).toEqual(["999 B", "1.2 MB"]));
  test("an axis label is short", () => expect(compact(1500)).toBe("1.5K"));
});

describe("money", () => {
  test("carries its currency", () => expect(money(71845, "USD")).toBe("$71,845"));
  test("shows cents of small sums only", () => expect([money(91.7), money(3187.5)]).toEqual(["$91.70", "$3,188"]));
  test("an unknown currency is written out", () => expect(money(5, "points")).toBe("5 points"));
  test("of several currencies is never added up", () => {
    expect(monies(4310, "USD", { EUR: 120, GBP: 9.5 })).toBe("$4,310, €120 and £9.50");
    expect(monies(0, "USD", { EUR: 120 })).toBe("€120");
    expect([monies(4310, "USD"), monies(undefined, "USD", {})]).toEqual(["$4,310", "$0"]);
  });
});

describe("time", () => {
  test("is in UTC", () => expect(time(1379311200 * US)).toBe("2013-09-16 06:00 UTC"));
  test("zero means unknown", () => expect(time(0)).toBe("–"));
  test("near times have a hint, far ones none", () => {
    const now = 1379311200 * US;
    expect(relative(now - 5 * 60 * US, now)).toBe("5 min ago");
    expect(relative(now + 2 * 3600 * US, now)).toBe("in 2 h");
    expect(relative(now - 90 * 86400 * US, now)).toBe("");
  });
  test("a span has two parts at most", () => expect(span(17_280 * US)).toBe("4 h 48 min"));
});

test("what a guard only observed is told as what it would have done", () => {
  expect(decided("block", "observe")).toBe("would block");
  expect(decided("block", "enforce")).toBe("block");
  expect([decided("flag", "observe"), decided(undefined, "observe")]).toEqual(["flag", "allow"]);
});

test("ticks are round and lie within the axis", () => {
  expect(ticks(-60, 560, 6)).toEqual([0, 200, 400]);
  expect(ticks(0, 1, 4)).toEqual([0, 0.5, 1]);
  expect(ticks(3, 3)).toEqual([3]);
});
