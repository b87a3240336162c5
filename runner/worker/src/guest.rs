//! Calls, as a session carries them out. It is the one file of this crate that a test replaces: by a guest that has broken out
//! (`tests/hostile`).

use croquant_sandbox::{Called, Cell, Error, Session};

use crate::wire::Call;

/// Carries out a call.
pub(crate) async fn run(session: &mut Session, call: &Call) -> Result<Called, Error> {
    match call {
        Call::Execute {
            source,
            single,
            silent,
            store_history,
        } => {
            let cell = Cell {
                source,
                single: *single,
                silent: *silent,
                store_history: *store_history,
            };
            let report = session.execute(&cell).await?;
            Ok(Called {
                report,
                reply: None,
            })
        }
        Call::Request(json) => session.call(json).await,
    }
}
