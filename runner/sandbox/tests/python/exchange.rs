//! Two sessions that talk to each other, and values that cross between them.

use std::io;

use croquant_sandbox::{
    Answer, BoxFuture, CallPolicy, Cell, Console, Errno, Exchanged, HostCall, Limits, Message,
    Outcome, Policy, Recorder, Report, Rule, Session, Stream,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::stage::engine;

/// A console with another session on the other side. The first message that it sends only says that it listens, if `listens`.
struct Side {
    recorder: Recorder,
    to: UnboundedSender<Vec<u8>>,
    from: UnboundedReceiver<Vec<u8>>,
    listens: bool,
}

impl Console for Side {
    fn write<'a>(&'a mut self, stream: Stream, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        self.recorder.write(stream, bytes)
    }

    fn read(&mut self, max: usize) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        self.recorder.read(max)
    }

    fn input(&mut self, prompt: String, password: bool) -> BoxFuture<'_, Answer> {
        self.recorder.input(prompt, password)
    }

    fn emit(&mut self, message: Message) -> BoxFuture<'_, ()> {
        self.recorder.emit(message)
    }

    fn exchange(&mut self, message: Vec<u8>) -> BoxFuture<'_, Exchanged> {
        Box::pin(async {
            if !std::mem::take(&mut self.listens) && self.to.send(message).is_err() {
                return Exchanged::End;
            }
            let message = self.from.recv().await;
            message.map_or(Exchanged::End, Exchanged::Message)
        })
    }
}

/// Runs `caller` in one session and `listener` in another, at once; what the first printed.
async fn talk(caller: &str, listener: &str) -> (String, Report, Report) {
    let (to_listener, from_caller) = unbounded_channel();
    let (to_caller, from_listener) = unbounded_channel();
    let recorder = Recorder::new();
    let one = Side {
        recorder: recorder.clone(),
        to: to_listener,
        from: from_listener,
        listens: false,
    };
    let other = Side {
        recorder: Recorder::new(),
        to: to_caller,
        from: from_caller,
        listens: true,
    };
    let run = async |source: &str, side| {
        let (policy, limits) = (Policy::default(), Limits::tutorial());
        let mut session = Session::start(engine(), &policy, &limits, Box::new(side))
            .await
            .unwrap();
        session.execute(&Cell::new(source)).await.unwrap()
    };
    let (report, other) = tokio::join!(run(caller, one), run(listener, other));
    let printed = recorder.take();
    assert!(printed.messages.is_empty(), "{:?}", printed.messages);
    (printed.stdout_text(), report, other)
}

#[tokio::test]
async fn messages_go_there_and_back() {
    let (printed, report, _) = talk(
        "from _croquant_host import exchange\nprint(exchange(b'a'), len(exchange(b'b' * 100_000)))",
        "from _croquant_host import exchange\nmessage = exchange(b'')\nfor i in range(2): message = exchange(message * 2)",
    )
    .await;
    assert_eq!(printed, "b'aa' 200000\n");
    assert_eq!(report.outcome, Outcome::Completed);
}

#[tokio::test]
async fn an_end_on_the_other_side_is_an_exception() {
    let (printed, ..) = talk(
        "from _croquant_host import exchange\ntry: exchange(b'a')\nexcept EOFError as error: print(error)",
        "from _croquant_host import exchange\nexchange(b'')",
    )
    .await;
    assert_eq!(printed, "the session on the other side has ended\n");
}

#[tokio::test]
async fn most_sessions_have_no_other_side() {
    let recorder = Recorder::new();
    let rules = CallPolicy {
        calls: [(HostCall::Exchange, Rule::Deny(Errno::Perm))].into(),
        ..CallPolicy::allow()
    };
    for calls in [None, Some(rules)] {
        let policy = Policy {
            calls,
            ..Policy::default()
        };
        let console = Box::new(recorder.clone());
        let mut session = Session::start(engine(), &policy, &Limits::tutorial(), console)
            .await
            .unwrap();
        let source = "import _croquant_host\ntry: _croquant_host.exchange(b'a')\nexcept EOFError as error: print(error)";
        session.execute(&Cell::new(source)).await.unwrap();
    }
    assert_eq!(
        recorder.take().stdout_text(),
        "there is no session on the other side\nthe session on the other side has ended\n"
    );
}

#[tokio::test]
async fn a_message_larger_than_the_host_holds_is_refused() {
    let (_, report, _) = talk(
        "import _croquant_host\ntry: _croquant_host.exchange(bytes(5 << 20))\nexcept KeyboardInterrupt: pass",
        "import _croquant_host\n_croquant_host.exchange(b'')",
    )
    .await;
    assert_eq!(report.outcome, Outcome::HostMemory);
}

/// Values as they are, of their exact types, and everything else through a function.
#[tokio::test]
async fn values_cross_as_they_are() {
    let source = "
from _croquant_wire import dumps, loads
def there_and_back(value):
    exported = []
    def export(other):
        exported.append(other)
        return (len(exported) - 1,)
    return loads(dumps(value, export), lambda reference: exported[reference[0]])
class Lie(str): __eq__ = lambda self, other: True; __hash__ = str.__hash__
class Small(int): pass
lie, small = Lie('lie'), Small(3)
values = [None, True, False, ..., 0, -1, 2**63 - 1, -2**63, 2**63, -2**200, 3**500, 0.1, float('inf'), -0.0, 1j, '', 'é€😀', '\\ud800', b'\\0x', bytearray(b'y'),
    [], [1, [2, (3, {'a': {4}})]], (), tuple(range(99)), {1: 2, 'x': [None]}, set('ab'), frozenset([1]), list(range(1000))]
for value in values:
    back = there_and_back(value)
    assert repr(back) == repr(value) and type(back) is type(value), value
assert there_and_back([lie, small])[0] is lie and there_and_back({small: 1}).popitem()[0] is small
nested = []
for _ in range(198): nested = [nested]
there_and_back(nested)
loop = []; loop.append(loop)
for bad in (loop, [[nested]]):
    try: dumps(bad, None)
    except ValueError as error: print(error)
";
    let (printed, report, _) = talk(source, "").await;
    let deep = "the value nests too deeply to cross, or contains itself\n";
    assert_eq!(
        (printed, report.outcome),
        (deep.repeat(2), Outcome::Completed)
    );
}

/// Whatever bytes come: a value, or an exception. Each byte of some messages is changed in turn, and each message cut at every length.
#[tokio::test]
async fn malformed_messages_are_refused() {
    let source = "
import random
from _croquant_wire import dumps, loads
export = lambda value: (1, 'x')
resolve = lambda reference: reference
message = dumps(([1, 2.5, 'text', b'bytes'], {'key': (None, {3})}, 2**70, object()), export)
assert loads(b'--' + message, resolve, 2)[2] == 2**70
fine = refused = 0
def attempt(data):
    global fine, refused
    try: loads(data, resolve); fine += 1
    except (ValueError, TypeError, RecursionError): refused += 1
for cut in range(len(message)): attempt(message[:cut])
assert fine == 0
for place in range(len(message)):
    for byte in (0, 1, 2, 78, 88, 105, 108, 109, 115, 116, 127, 128, 255):
        attempt(message[:place] + bytes([byte]) + message[place + 1:])
chance = random.Random(1)
for _ in range(20_000): attempt(bytes(chance.choices(b'NTFEidcsbBItlSZmX\\0\\1\\2\\3', k=chance.randrange(40))))
for tag in b'lSZtmsbBI': attempt(bytes([tag]) + b'\\xff\\xff\\xff\\xff' + bytes(100))
attempt(b't\\x01\\0\\0\\0' * 100_000)
for start in (-1, len(message) + 1):
    try: loads(message, resolve, start)
    except ValueError: refused += 1
print(fine > 100, refused > 1000)
";
    let (printed, report, _) = talk(source, "").await;
    assert_eq!(
        (printed.as_str(), report.outcome),
        ("True True\n", Outcome::Completed)
    );
}
