//! Stop ends one long call into C, too: the code looks for it by itself (`guest/patches/stop-long-calls.patch`).
//!
//! Each of these would run for ever, or for many times the grace, if nothing in it looked.

use std::time::Duration;

use croquant_sandbox::Outcome;

use crate::stage::{Stage, limits};

/// What a row may take for granted.
const BEFORE: &str = "\
import array, bz2, collections, csv, decimal, functools, hashlib, io, itertools, json, lzma, math, operator, os, pickle, random, re
import sqlite3, statistics, struct, sys, unicodedata, zlib
from decimal import Decimal
from itertools import *
sys.set_int_max_str_digits(0)
drain = collections.deque(maxlen=0).extend
x = [float(i) for i in range(10**4)]
y = [float(i) for i in range(10**4)]
database = sqlite3.connect(':memory:')
endless = 'with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c'
";

/// Interrupts each call once it runs; it ends with `KeyboardInterrupt`, and the session keeps its variables.
async fn check(calls: &[&str]) {
    let mut failed = Vec::new();
    for call in calls {
        let mut stage = Stage::new(&limits()).await;
        let (before, call) = call.split_once(" | ").unwrap_or(("", call));
        let ready = stage.execute(&format!("{BEFORE}{before}")).await;
        assert_eq!(
            ready.outcome,
            Outcome::Completed,
            "{before}: {}",
            stage.error()
        );
        let interrupter = stage.session.interrupter();
        let (report, ()) = tokio::join!(stage.execute(call), async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            interrupter.interrupt();
        });
        if report.outcome == Outcome::Interrupted && stage.error() == "KeyboardInterrupt" {
            stage.remembers(call).await;
        } else {
            failed.push((call.to_owned(), report.outcome, stage.error()));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test]
async fn over_endless_iterators() {
    check(&[
        "sum(range(10**15))",
        "sum(repeat(1))",
        "min(count())",
        "max(range(10**15))",
        "any(repeat(0))",
        "all(count(1))",
        "set(cycle([1, 2]))",
        "frozenset(repeat(1))",
        "dict(zip(repeat(1), count()))",
        "dict.fromkeys(repeat(1))",
        "collections.deque(count(), maxlen=0)",
        "collections.Counter(repeat(1))",
        "drain(map(abs, count()))",
        "drain(zip(count(), cycle('ab')))",
        "drain(enumerate(repeat(1)))",
        "drain(reversed(range(10**15)))",
        "drain(range(10**30))",
        "drain(iter(int, 1))",
        "next(filter(None, repeat(0)))",
        "-1 in count()",
        "operator.indexOf(count(), -1)",
        "operator.countOf(repeat(0), 1)",
        "'x' in range(10**15)",
        "functools.reduce(operator.or_, repeat(1))",
        "math.fsum(repeat(1.0))",
        "math.prod(repeat(1))",
        "math.sumprod(repeat(1), repeat(1))",
    ])
    .await;
}

#[tokio::test]
async fn of_itertools() {
    check(&[
        "next(islice(count(), sys.maxsize, None))",
        "drain(product('ab', repeat=60))",
        "drain(permutations(range(20)))",
        "drain(combinations(range(60), 30))",
        "drain(combinations_with_replacement(range(60), 30))",
        "drain(accumulate(repeat(0)))",
        "drain(batched(count(), 3))",
        "drain(pairwise(count()))",
        "drain(groupby(count()))",
        "drain(next(groupby(repeat(1)))[1])",
        "drain(chain.from_iterable(repeat('ab')))",
        "drain(chain.from_iterable(repeat('')))",
        "drain(starmap(max, repeat((1, 2))))",
        "drain(takewhile(int, repeat(1)))",
        "drain(zip_longest(count(), 'ab'))",
        "next(dropwhile(int, repeat(1)))",
        "next(filterfalse(int, repeat(1)))",
        "next(compress(count(), repeat(0)))",
        "drain(tee(repeat(1), 1)[0])",
    ])
    .await;
}

#[tokio::test]
async fn of_comparison() {
    check(&[
        "a = [x] * 10**6; b = [y] * 10**6 | a == b",
        "a = (x,) * 10**6; b = (y,) * 10**6 | a == b",
        "a = [x] * 10**6; z = y[:-1] + [0.5] | z in a",
        "a = (x,) * 10**6; z = y[:-1] + [0.5] | z in a",
        "a = [x] * 10**6; z = y[:-1] + [0.5] | a.index(z)",
        "a = [x] * 10**6; z = y[:-1] + [0.5] | a.count(z)",
        "a = collections.deque([x] * 10**6); z = y[:-1] + [0.5] | z in a",
        "a = [x, y] * 10**6 | a.sort()",
        "a = [x, y] * 10**6 | max(a)",
        "import heapq; a = [x, y] * 10**6 | heapq.heapify(a)",
        "set(map((2**31 - 1).__mul__, range(10**6)))",
        "a = memoryview(bytes(10**8)); b = memoryview(bytes(10**8)).cast('b') | a == b",
    ])
    .await;
}

#[tokio::test]
async fn of_big_integers() {
    check(&[
        "10**10**8",
        "3**(3 * 10**8)",
        "a = (1 << 10**8) - 1; b = (1 << 10**8) - 3 | a * b",
        "a = (1 << 4 * 10**7) - 1; b = (1 << 2 * 10**7) - 3 | a // b",
        "a = (1 << 4 * 10**7) - 1; b = (1 << 2 * 10**7) - 3 | a % b",
        "a = (1 << 4 * 10**7) - 1; b = (1 << 4 * 10**7) // 3 | math.gcd(a, b)",
        "a = (1 << 10**8) - 1 | math.isqrt(a)",
        "a = (1 << 10**8) - 1 | str(a)",
        "a = '9' * 10**7 | int(a)",
        "pow(3, 1 << 10**9, 7)",
        "a = (1 << 10**6) - 1; b = (1 << 10**6) - 3 | pow(3, a, b)",
        "math.factorial(10**7)",
        "math.comb(10**8, 5 * 10**7)",
        "math.perm(10**8, 5 * 10**7)",
    ])
    .await;
}

#[tokio::test]
async fn of_text() {
    check(&[
        "a = 'a' * 5 * 10**7; b = 'b' + 'a' * 10**5 | a.rfind(b)",
        "a = 'a' * 5 * 10**7; b = 'b' + 'a' * 10**5 | a.rindex(b)",
        "a = 'a' * 5 * 10**7; b = 'b' + 'a' * 10**5 | a.rsplit(b)",
        "a = 'a' * 5 * 10**7; b = 'b' + 'a' * 10**5 | a.rpartition(b)",
        "a = b'a' * 5 * 10**7; b = b'b' + b'a' * 10**5 | a.rfind(b)",
        "a = bytearray(b'a' * 5 * 10**7); b = b'b' + b'a' * 10**5 | a.rsplit(b)",
        "a = '\\u0301\\u0327' * 10**6 | unicodedata.normalize('NFD', a)",
        "a = '\\u0301\\u0327' * 10**6 | unicodedata.normalize('NFKC', a)",
        "a = 'a' * 60 + 'b' | re.match('(a+)+$', a)",
        "a = 'a' * 10**7 | re.search('a*b', a)",
        "a = 'a' * 10**7 | re.sub('a*b', '', a)",
        "drain(csv.reader(repeat('a,b')))",
        "a = [x] * 10**6 | json.dumps(a)",
    ])
    .await;
}

#[tokio::test]
async fn of_data() {
    check(&[
        "a = random.randbytes(4 * 10**7) | [zlib.compress(a, 9) for _ in range(9)]",
        "a = random.randbytes(4 * 10**7) | [bz2.compress(a) for _ in range(9)]",
        "a = random.randbytes(4 * 10**7) | lzma.compress(a)",
        "a = random.randbytes(4 * 10**7) | drain(map(hashlib.sha3_512, repeat(a)))",
        "a = random.randbytes(4 * 10**7) | drain(map(hashlib.blake2s, repeat(a)))",
        "a = pickle.Pickler(io.BytesIO()); a.fast = True | a.dump([x] * 10**6)",
    ])
    .await;
}

#[tokio::test]
async fn of_databases() {
    check(&[
        "database.execute(endless).fetchone()",
        "database.executescript(endless)",
        "database.execute(endless.replace('count(*)', 'x') + ' where x < 0').fetchall()",
        "database.set_progress_handler(lambda: 0, 10**9) | database.execute(endless).fetchone()",
        "database.set_progress_handler(lambda: 0, 10); database.set_progress_handler(None, 0) | database.execute(endless)",
    ])
    .await;
}

#[tokio::test]
async fn of_decimals() {
    check(&[
        "a = decimal.getcontext(); a.prec = 10**6; a.Emax = decimal.MAX_EMAX | Decimal(3) ** 10**8",
        "decimal.getcontext().prec = 10**6 | Decimal(2).exp()",
        "decimal.getcontext().prec = 10**6 | Decimal(2).ln()",
        "decimal.getcontext().prec = 10**6 | Decimal(20).log10()",
        "decimal.getcontext().prec = 10**6 | Decimal(3) ** Decimal('0.3')",
        "decimal.getcontext().prec = 10**7 | Decimal(2).sqrt()",
        "a = Decimal('9' * 10**7) | int(a)",
        "a = (1 << 4 * 10**7) - 1 | Decimal(a)",
    ])
    .await;
}

#[tokio::test]
async fn of_the_compiler() {
    check(&[
        "a = 'x = y + 1\\n' * 10**6 | compile(a, '', 'exec')",
        "a = '[' + '1 + y, ' * 10**6 + ']' | compile(a, '', 'eval')",
    ])
    .await;
}
