//! Which functions charge at their entry.
//!
//! A function may skip its charge if, among the functions that skip, no path of calls comes back to where it began: then no recursion runs uncharged,
//! and what a skipped function costs is absorbed, as a mean, by those that call it. An indirect call is taken to reach every function of
//! its type whose address is taken, so corrupted memory cannot find a cycle that the analysis did not see.

use std::collections::BTreeMap;

/// What a function calls outside of its loops: indices of functions, and of the types that it calls through the table. A call within a
/// loop comes after the charge of the loop's header, so no path through it is free.
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
    /// By function: how much code it has.
    pub(crate) sizes: Vec<u64>,
}

/// The outcome: who charges, and an order in which every function comes after those that it calls and that skip.
pub(crate) struct Plan {
    pub(crate) charged: Vec<bool>,
    pub(crate) order: Vec<u32>,
}

/// Chooses who charges: functions without which no path of calls comes back to where it began. It takes those with the most calls in and
/// out, which lie on many cycles, until no cycle is left; then it lets go of those, the smallest first, that turned out not to be
/// needed. Least is best: a charge at the entry of a small function is a large part of its work.
pub(crate) fn plan(graph: &Graph) -> Plan {
    let edges = edges(graph);
    let functions = graph.calls.len();
    let mut skips = vec![true; edges.len()];
    let mut chosen = Vec::new();
    loop {
        let cycles = components(&edges, &skips);
        if cycles.is_empty() {
            break;
        }
        for cycle in cycles {
            for hub in hubs(&edges, &cycle, functions) {
                skips[hub] = false;
                chosen.push(hub);
            }
        }
    }
    chosen.sort_unstable_by_key(|function| (graph.sizes[*function], *function));
    for function in chosen {
        if !returns(&edges, &skips, function) {
            skips[function] = true;
        }
    }
    let order = callees_first(&edges, &skips, functions);
    skips.truncate(functions);
    let charged = skips.into_iter().map(|skips| !skips).collect();
    Plan { charged, order }
}

/// The functions, then one node for each type that is called through the table.
fn edges(graph: &Graph) -> Vec<Vec<usize>> {
    let functions = graph.calls.len();
    let types: Vec<u32> = graph.taken.keys().copied().collect();
    let node_of_type = |ty: u32| types.binary_search(&ty).ok().map(|at| functions + at);
    let direct = |calls: &Calls| {
        let direct = calls.direct.iter().map(|callee| *callee as usize);
        let mut all: Vec<usize> = direct
            .chain(calls.indirect.iter().filter_map(|ty| node_of_type(*ty)))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let taken = |ty: &u32| {
        graph.taken[ty]
            .iter()
            .map(|function| *function as usize)
            .collect()
    };
    graph
        .calls
        .iter()
        .map(direct)
        .chain(types.iter().map(taken))
        .collect()
}

/// The strongly connected components of what skips, without those that are no cycle (Tarjan's algorithm, without recursion).
fn components(edges: &[Vec<usize>], skips: &[bool]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let mut index = vec![NEW; edges.len()];
    let mut low = vec![0; edges.len()];
    let mut on_stack = vec![false; edges.len()];
    let mut stack = Vec::new();
    let mut next = 0;
    let mut found = Vec::new();
    for root in 0..edges.len() {
        if !skips[root] || index[root] != NEW {
            continue;
        }
        let mut walk = vec![(root, 0)];
        while let Some((node, edge)) = walk.last_mut() {
            let node = *node;
            if *edge == 0 {
                index[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&callee) = edges[node].get(*edge) {
                *edge += 1;
                if skips[callee] {
                    if index[callee] == NEW {
                        walk.push((callee, 0));
                    } else if on_stack[callee] {
                        low[node] = low[node].min(index[callee]);
                    }
                }
                continue;
            }
            walk.pop();
            if let Some((caller, _)) = walk.last() {
                low[*caller] = low[*caller].min(low[node]);
            }
            if low[node] == index[node] {
                let mut component = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    component.push(member);
                    if member == node {
                        break;
                    }
                }
                if component.len() > 1 || edges[node].contains(&node) {
                    found.push(component);
                }
            }
        }
    }
    found
}

/// The functions of a cycle with the most calls within it, in and out: a hundredth of it at a time, so that this ends soon.
fn hubs(edges: &[Vec<usize>], cycle: &[usize], functions: usize) -> Vec<usize> {
    let mut calls: BTreeMap<usize, (u64, u64)> = cycle.iter().map(|node| (*node, (0, 0))).collect();
    for node in cycle {
        let mut out = 0;
        for callee in &edges[*node] {
            if let Some((into, _)) = calls.get_mut(callee) {
                *into += 1;
                out += 1;
            }
        }
        if let Some((_, of)) = calls.get_mut(node) {
            *of = out;
        }
    }
    let mut ranked: Vec<_> = calls
        .into_iter()
        .filter(|(node, _)| *node < functions)
        .map(|(node, (into, out))| (into * out, node))
        .collect();
    ranked.sort_unstable_by(|one, other| other.cmp(one));
    ranked.truncate((cycle.len() / 100).max(1));
    ranked.into_iter().map(|(_, node)| node).collect()
}

/// Whether a path through what skips leads from `start` back to it.
fn returns(edges: &[Vec<usize>], skips: &[bool], start: usize) -> bool {
    let mut seen = vec![false; edges.len()];
    let mut stack = vec![start];
    while let Some(node) = stack.pop() {
        for &callee in &edges[node] {
            if callee == start {
                return true;
            }
            if skips[callee] && !seen[callee] {
                seen[callee] = true;
                stack.push(callee);
            }
        }
    }
    false
}

/// All functions, each after those that it calls, as far as those skip.
fn callees_first(edges: &[Vec<usize>], skips: &[bool], functions: usize) -> Vec<u32> {
    let mut done = vec![false; edges.len()];
    let mut order = Vec::new();
    for root in 0..edges.len() {
        if done[root] {
            continue;
        }
        done[root] = true;
        let mut stack = vec![(root, 0)];
        while let Some((node, edge)) = stack.last_mut() {
            let node = *node;
            if let Some(&callee) = edges[node].get(*edge) {
                *edge += 1;
                if !done[callee] && skips[callee] {
                    done[callee] = true;
                    stack.push((callee, 0));
                }
                continue;
            }
            stack.pop();
            if node < functions {
                order.push(u32::try_from(node).unwrap_or(u32::MAX));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(direct: &[&[u32]], indirect: &[&[u32]], taken: &[(u32, &[u32])], expected: &[u32]) {
        let calls: Vec<Calls> = direct
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
        let sizes = vec![1; calls.len()];
        let plan = plan(&Graph {
            calls,
            taken,
            sizes,
        });
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
        check(&[&[1], &[2], &[0]], &[&[], &[], &[]], &[], &[2]);
    }

    #[test]
    fn recursion_through_the_table_charges() {
        check(&[&[], &[]], &[&[7], &[7]], &[(7, &[1])], &[1]);
        check(&[&[1], &[]], &[&[], &[7]], &[(7, &[0])], &[1]);
    }

    #[test]
    fn what_lies_on_many_cycles_charges_for_all() {
        // 0 calls each of the others, and they call it.
        check(
            &[&[1, 2, 3], &[0], &[0], &[0]],
            &[&[], &[], &[], &[]],
            &[],
            &[0],
        );
    }

    #[test]
    fn two_cycles_apart_charge_once_each() {
        check(
            &[&[1], &[0], &[3], &[2]],
            &[&[], &[], &[], &[]],
            &[],
            &[1, 3],
        );
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
                taken: BTreeMap::new(),
                sizes: vec![1, 1],
            })
            .order,
            [1, 0]
        );
    }
}
