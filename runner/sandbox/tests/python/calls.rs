//! The calls that are known here are those that the image makes.

use std::collections::BTreeSet;

use croquant_sandbox::HostCall;

use crate::stage::engine;

#[test]
fn every_call_of_the_image_is_known_and_no_other() {
    let imports: BTreeSet<_> = engine().imports().collect();
    let known = HostCall::ALL
        .iter()
        .map(|call| (call.module(), call.name()));
    assert_eq!(imports, known.collect());
}
