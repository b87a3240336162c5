import assert from "node:assert/strict";
import { test } from "node:test";

import { saysTheSame } from "../src/compare.ts";

function check(name: string, expected: string, actual: string, same: boolean): void {
  test(name, () => assert.equal(saysTheSame(expected, actual), same));
}

check("the same", "4\n", "4\n", true);
check("something else", "4\n", "5\n", false);
check("nothing for something", "4\n", "", false);
check("something for nothing", "", "4\n", false);
check("blanks at line ends", "a \nb\n\n", "a\nb", true);
check("blanks within lines", "a b", "a  b", false);
check("`...` is any text", "{'a': 1, ...}", "{'a': 1, 'b': 2}", true);
check("`...` twice", "a...b...c", "a12b34c", true);
check("`...` does not stretch back", "ab...ba", "aba", false);
check("addresses differ", "<X object at 0x7f00dead>", "<X object at 0x1234beef>", true);
check(
  "frames of a traceback",
  'Traceback (most recent call last):\n  File "<stdin>", line 1, in <module>\nZeroDivisionError: division by zero\n',
  'Traceback (most recent call last):\n  File "<input>", line 1, in <module>\n    1/0\n    ~^~\nZeroDivisionError: division by zero\n',
  true,
);
check(
  "another error",
  'Traceback (most recent call last):\n  File "<stdin>", line 1, in <module>\nZeroDivisionError: division by zero\n',
  'Traceback (most recent call last):\n  File "<stdin>", line 1, in <module>\nNameError: x\n',
  false,
);
check("a syntax error's place", '  File "<stdin>", line 1\n    x y\n      ^\nSyntaxError: invalid syntax\n', '  File "<cell 3>", line 1\n    x y\n    ^^^\nSyntaxError: invalid syntax\n', true);
check("output before a traceback counts", "a\nTraceback (most recent call last):\n  x\nE: e\n", "b\nTraceback (most recent call last):\n  x\nE: e\n", false);
