//! The gate through which every call of the host goes: decoded arguments → rule → the call → what saw it.
//!
//! Without rules on calls and without an observer it is one test of a pointer.

use std::time::Instant;

use wasmtime::{Caller, Result};

use super::enter;
use super::memory::split;
use crate::calls::{Answer, CallPolicy, Rule};
use crate::errno::Errno;
use crate::files::Ask;
use crate::state::State;
use crate::trace::{Args, Denial, Event, HostCall, Observer, Reason, Refusal};

/// What sees and rules on the calls of a session.
pub(crate) struct Watch {
    calls: Option<CallPolicy>,
    observer: Option<Box<dyn Observer>>,
    /// How much of each answer was given already.
    pub(super) given: Given,
}

/// How much of the answers that are used up piece by piece was given.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) stdin: usize,
    pub(super) lines: usize,
    pub(super) random: usize,
}

impl Watch {
    /// What has to be watched with, if anything.
    pub(crate) fn new(
        calls: Option<CallPolicy>,
        observer: Option<Box<dyn Observer>>,
    ) -> Option<Box<Self>> {
        if calls.is_none() && observer.is_none() {
            return None;
        }
        Some(Box::new(Self {
            calls,
            observer,
            given: Given::default(),
        }))
    }

    fn rule(&mut self, call: HostCall, args: &Args) -> Rule {
        let decided = self
            .observer
            .as_mut()
            .and_then(|observer| observer.decide(call, args))
            .filter(|rule| rule.fits(call));
        match (decided, &self.calls) {
            (Some(rule), _) => rule,
            (None, Some(calls)) => calls.rule(call),
            (None, None) => Rule::Allow,
        }
    }
}

/// A call on its way through.
pub(super) struct Gate {
    call: HostCall,
    /// The error number that the call's rule refuses it with.
    denied: Option<Errno>,
    /// The answer that the call's rule gives.
    pub(super) answer: Option<Answer>,
    record: Option<Box<Record>>,
}

/// What is kept of a call that somebody sees.
struct Record {
    args: Args,
    result: Args,
    denial: Option<Denial>,
    began: Instant,
}

impl Gate {
    /// Lets a call in: charges it, and asks what rules on it. `describe` is called only if somebody sees the arguments.
    pub(super) fn open(
        caller: &mut Caller<'_, State>,
        call: HostCall,
        describe: impl FnOnce(&mut Args, &[u8], &State),
    ) -> Result<Self> {
        enter(caller, 0)?;
        let mut gate = Self {
            call,
            denied: None,
            answer: None,
            record: None,
        };
        if caller.data().watch.is_some() {
            gate.look(caller, describe)?;
        }
        Ok(gate)
    }

    #[cold]
    fn look(
        &mut self,
        caller: &mut Caller<'_, State>,
        describe: impl FnOnce(&mut Args, &[u8], &State),
    ) -> Result<()> {
        let began = Instant::now();
        let (memory, state) = split(caller)?;
        let mut args = Args::default();
        describe(&mut args, memory, state);
        let Some(watch) = &mut state.watch else {
            return Ok(());
        };
        match watch.rule(self.call, &args) {
            Rule::Allow => {}
            Rule::Deny(errno) => self.denied = Some(errno),
            Rule::Answer(answer) => self.answer = Some(answer),
        }
        if watch.observer.is_some() {
            self.record = Some(Box::new(Record {
                args,
                result: Args::default(),
                denial: None,
                began,
            }));
        }
        Ok(())
    }

    /// On whose behalf the call acts on paths, whose rules decide before the call's own.
    pub(super) fn ask(&self) -> Ask {
        Ask {
            call: self.call,
            denied: self.denied,
        }
    }

    /// The refusal by the call's own rule, if there is one.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        self.denied
            .map(|errno| Refusal::new(errno, Reason::Rule, None))
    }

    /// As [`Gate::refusal`], noted: the number that the guest gets.
    pub(super) fn refuse(&mut self) -> Option<i32> {
        let refusal = self.refusal()?;
        self.refused(refusal);
        Some(refusal.errno.number())
    }

    /// Notes what the call gave, if somebody sees it.
    pub(super) fn gave(&mut self, name: &'static str, value: impl Into<crate::trace::Value>) {
        if let Some(record) = &mut self.record {
            record.result.put(name, value);
        }
    }

    /// As [`Gate::gave`], for what is not free to make.
    pub(super) fn gave_with(&mut self, fill: impl FnOnce(&mut Args)) {
        if let Some(record) = &mut self.record {
            fill(&mut record.result);
        }
    }

    /// Notes why the call is refused.
    pub(super) fn refused(&mut self, refusal: Refusal) {
        if let Some(record) = &mut self.record {
            record.denial = refusal.denial;
        }
    }

    /// Lets the call out again, with `errno` as what the guest gets.
    pub(super) fn close(self, caller: &mut Caller<'_, State>, errno: Option<Errno>) {
        if self.record.is_some() {
            self.show(caller, errno, None);
        }
    }

    /// As [`Gate::close`], with the number that the guest gets.
    pub(super) fn close_errno(self, caller: &mut Caller<'_, State>, errno: Option<Errno>) -> i32 {
        self.close(caller, errno);
        errno.map_or(0, Errno::number)
    }

    /// As [`Gate::close`], for a call that may trap and otherwise returns a count, or an error number below zero.
    pub(super) fn close_count(
        mut self,
        caller: &mut Caller<'_, State>,
        value: Result<i32>,
    ) -> Result<i32> {
        if self.record.is_some() {
            match &value {
                Ok(count @ 0..) => {
                    self.gave("bytes", count.unsigned_abs());
                    self.show(caller, None, None);
                }
                // The end of input, which is no error.
                Ok(-1) if self.call == HostCall::Input => self.show(caller, None, None),
                Ok(errno) => self.show(caller, Errno::from_number(-errno), None),
                Err(error) => self.show(caller, None, Some(&error.to_string())),
            }
        }
        value
    }

    /// As [`Gate::close`], for a call that may trap and otherwise says nothing.
    pub(super) fn close_silent(
        self,
        caller: &mut Caller<'_, State>,
        value: Result<()>,
    ) -> Result<()> {
        if self.record.is_some() {
            let trap = value.as_ref().err().map(ToString::to_string);
            self.show(caller, None, trap.as_deref());
        }
        value
    }

    #[cold]
    fn show(self, caller: &mut Caller<'_, State>, errno: Option<Errno>, trap: Option<&str>) {
        let meter = caller.data().meter;
        let fuel = meter.map_or(0, |meter| meter.used(&mut *caller).unwrap_or(0));
        let Some(record) = self.record else { return };
        let empty = Args::default();
        let done = errno.is_none() && trap.is_none();
        let event = Event {
            call: self.call,
            args: &record.args,
            result: if done { &record.result } else { &empty },
            errno,
            denial: record.denial,
            answered: done && self.answer.is_some(),
            trap,
            time: record.began.elapsed(),
            fuel,
        };
        if let Some(watch) = &mut caller.data_mut().watch
            && let Some(observer) = &mut watch.observer
        {
            observer.saw(&event);
        }
    }
}
