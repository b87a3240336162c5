//! `croquant serve`.

use crate::exit::{Exit, Failure};
use crate::plan::ServePlan;

/// Serves until it is asked to stop.
pub(crate) fn serve(plan: &ServePlan) -> Result<Exit, Failure> {
    let _ = plan;
    Err(Failure::host("not yet"))
}
