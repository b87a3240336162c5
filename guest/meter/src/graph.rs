//! Which functions charge at their entry.
//!
//! A function may skip its charge if, among the functions that skip, no path of calls comes back to where it began: then no recursion runs uncharged,
//! and what a skipped function costs is absorbed, as a mean, by those that call it. An indirect call is taken to reach every function of
//! its type whose address is taken, so corrupted memory cannot find a cycle that the analysis did not see.

use std::collections::BTreeMap;

/// What a function calls: indices of functions, and of the types that it calls through the table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls {
    pub(crate) direct: Vec<u32>,
    pub(crate) indirect: Vec<u32>,
}

/// The functions of a module that the analysis sees, by index; imported ones call nothing.
pub(crate) struct Graph {
    pub(crate) calls: Vec<Calls>,
    /// By type: the functions whose address is taken.
    pub(crate) taken: BTreeMap<u32, Vec<u32>>,
}

/// The outcome: who charges, and an order in which every skipping function comes after those that it calls.
pub(crate) struct Plan {
    pub(crate) charged: Vec<bool>,
    pub(crate) order: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// A depth-first walk; wherever it meets a call back to something still open, one end of that call charges.
pub(crate) fn plan(graph: &Graph) -> Plan {
    let functions = graph.calls.len();
    let types: Vec<u32> = graph.taken.keys().copied().collect();
    // Nodes: the functions, then one for each type that is called indirectly.
    let node_of_type = |ty: u32| types.binary_search(&ty).ok().map(|at| functions + at);
    let edges: Vec<Vec<usize>> = (0..functions)
        .map(|function| {
            let calls = &graph.calls[function];
            let direct = calls.direct.iter().map(|callee| *callee as usize);
            direct
                .chain(calls.indirect.iter().filter_map(|ty| node_of_type(*ty)))
                .collect()
        })
        .chain(types.iter().map(|ty| {
            graph.taken[ty]
                .iter()
                .map(|function| *function as usize)
                .collect()
        }))
        .collect();

    let mut state = vec![State::New; edges.len()];
    let mut charged = vec![false; functions];
    let mut order = Vec::new();
    for root in 0..functions {
        if state[root] != State::New {
            continue;
        }
        state[root] = State::Open;
        let mut stack = vec![(root, 0)];
        while let Some((node, edge)) = stack.last_mut() {
            let node = *node;
            let Some(&callee) = edges[node].get(*edge) else {
                state[node] = State::Done;
                if node < functions {
                    order.push(u32::try_from(node).unwrap_or(u32::MAX));
                }
                stack.pop();
                continue;
            };
            *edge += 1;
            match state[callee] {
                State::New => {
                    state[callee] = State::Open;
                    stack.push((callee, 0));
                }
                // A type's node cannot charge: its caller does.
                State::Open => charged[if callee < functions { callee } else { node }] = true,
                State::Done => {}
            }
        }
    }
    Plan { charged, order }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(direct: &[&[u32]], indirect: &[&[u32]], taken: &[(u32, &[u32])], expected: &[u32]) {
        let calls = direct
            .iter()
            .zip(indirect)
            .map(|(direct, indirect)| Calls {
                direct: direct.to_vec(),
                indirect: indirect.to_vec(),
            })
            .collect();
        let taken = taken
            .iter()
            .map(|(ty, functions)| (*ty, functions.to_vec()))
            .collect();
        let plan = plan(&Graph { calls, taken });
        let charged: Vec<u32> = (0..)
            .zip(&plan.charged)
            .filter(|(_, charged)| **charged)
            .map(|(index, _)| index)
            .collect();
        assert_eq!(charged, expected);
    }

    #[test]
    fn a_chain_charges_nowhere() {
        check(&[&[1], &[2], &[]], &[&[], &[], &[]], &[], &[]);
    }

    #[test]
    fn recursion_charges_once() {
        check(&[&[0]], &[&[]], &[], &[0]);
        check(&[&[1], &[2], &[0]], &[&[], &[], &[]], &[], &[0]);
    }

    #[test]
    fn recursion_through_the_table_charges_its_caller() {
        check(&[&[], &[]], &[&[7], &[7]], &[(7, &[1])], &[1]);
        check(&[&[1], &[]], &[&[], &[7]], &[(7, &[0])], &[0]);
    }

    #[test]
    fn callees_come_first() {
        let calls = vec![
            Calls {
                direct: vec![1],
                indirect: vec![],
            },
            Calls::default(),
        ];
        assert_eq!(
            plan(&Graph {
                calls,
                taken: BTreeMap::new()
            })
            .order,
            [1, 0]
        );
    }
}
