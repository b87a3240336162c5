//! What code costs: the weight of an operator, and the mean cost of a region.
//!
//! A region runs from a charging point (a function's entry, a loop's header) to the next one on every path. Its cost is taken backwards over
//! the structured control flow: a branch costs the mean of where it may go, a branch to a loop's header costs nothing (the header
//! charges), and a path that leaves a loop is charged by the region that the loop stands in.

use wasmparser::Operator;

/// A cost in sixteenths of a unit, so that means keep a fraction. Saturating: no module makes it wrap.
pub(crate) type Cost = u64;
/// One unit of fuel: an ordinary operator.
pub(crate) const UNIT: Cost = 16;

/// The weight of one operator: wasmtime's own fuel table, one unit each except those that compile to nothing.
pub(crate) fn weight(op: &Operator<'_>) -> Cost {
    match op {
        Operator::Nop
        | Operator::Drop
        | Operator::Block { .. }
        | Operator::Loop { .. }
        | Operator::Unreachable
        | Operator::Return
        | Operator::Else
        | Operator::End => 0,
        _ => UNIT,
    }
}

/// A function's regions: the cost from its entry, and from each of its loops' headers in the order they stand in the code.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Regions {
    pub(crate) entry: Cost,
    pub(crate) loops: Vec<Cost>,
}

/// One step of a body, as far as its cost is concerned.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Straight-line code.
    Plain(Cost),
    Block,
    Loop,
    If,
    Else,
    End,
    Br(u32),
    BrIf(u32),
    BrTable(Vec<u32>),
    /// `return`, `unreachable`: nothing follows.
    Stop,
}

struct Frame {
    kind: Kind,
    /// The cost after this construct's end.
    after: Cost,
    /// The cost at `else`, once passed.
    otherwise: Option<Cost>,
    /// For a loop: the costs of the places that branches leave it for, in the region around it.
    exits: Vec<Cost>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Function,
    Block,
    Loop,
    If,
}

/// Computes the regions of a body whose last step is the function's own `End`.
pub(crate) fn regions(steps: &[Step]) -> Regions {
    let opener = openers(steps);
    let falls_out = fallthrough(steps);
    let mut frames: Vec<Frame> = Vec::new();
    let mut loops = Vec::new();
    // The cost from the step after the current one to the next charging point.
    let mut next: Cost = 0;
    for (index, step) in steps.iter().enumerate().rev() {
        match step {
            Step::End => {
                let kind = opener[index];
                let mut frame = Frame {
                    kind,
                    after: next,
                    otherwise: None,
                    exits: Vec::new(),
                };
                if kind == Kind::Loop {
                    if falls_out[index] {
                        frame.exits.push(next);
                    }
                    next = 0;
                }
                if kind == Kind::Function {
                    frame.after = 0;
                    next = 0;
                }
                frames.push(frame);
            }
            Step::Else => {
                let frame = top(&mut frames);
                frame.otherwise = Some(next);
                next = frame.after;
            }
            Step::Block => {
                frames.pop();
            }
            Step::If => {
                if let Some(frame) = frames.pop() {
                    let otherwise = frame.otherwise.unwrap_or(frame.after);
                    next = UNIT.saturating_add(mean(&[next, otherwise]));
                }
            }
            Step::Loop => {
                if let Some(frame) = frames.pop() {
                    loops.push(next);
                    next = mean(&frame.exits);
                }
            }
            Step::Plain(cost) => next = next.saturating_add(*cost),
            Step::Stop => next = 0,
            Step::Br(depth) => next = UNIT.saturating_add(target(&mut frames, *depth)),
            Step::BrIf(depth) => {
                let taken = target(&mut frames, *depth);
                next = UNIT.saturating_add(mean(&[taken, next]));
            }
            Step::BrTable(depths) => {
                let costs: Vec<Cost> = depths
                    .iter()
                    .map(|depth| target(&mut frames, *depth))
                    .collect();
                next = UNIT.saturating_add(mean(&costs));
            }
        }
    }
    loops.reverse();
    Regions { entry: next, loops }
}

/// The cost of branching to the label `depth` frames out, as the current region sees it; notes the exits of the loops it leaves.
fn target(frames: &mut [Frame], depth: u32) -> Cost {
    let innermost = frames.len() - 1;
    let at = innermost - depth as usize;
    let goal = if frames[at].kind == Kind::Loop {
        0
    } else {
        frames[at].after
    };
    let mut outermost_left = None;
    for index in (at + 1..=innermost).rev() {
        if frames[index].kind == Kind::Loop
            && let Some(inner) = outermost_left.replace(index)
        {
            let inner: usize = inner;
            frames[inner].exits.push(0);
        }
    }
    match outermost_left {
        Some(index) => {
            frames[index].exits.push(goal);
            0
        }
        None => goal,
    }
}

fn top(frames: &mut [Frame]) -> &mut Frame {
    frames
        .last_mut()
        .expect("wasmparser checks that constructs nest")
}

fn mean(costs: &[Cost]) -> Cost {
    if costs.is_empty() {
        return 0;
    }
    let sum: u128 = costs.iter().map(|cost| u128::from(*cost)).sum();
    u64::try_from(sum / costs.len() as u128).unwrap_or(u64::MAX)
}

/// For each `End`, the kind of construct that it closes.
fn openers(steps: &[Step]) -> Vec<Kind> {
    let mut kinds = vec![Kind::Function; steps.len()];
    let mut open = vec![Kind::Function];
    for (index, step) in steps.iter().enumerate() {
        match step {
            Step::Block => open.push(Kind::Block),
            Step::Loop => open.push(Kind::Loop),
            Step::If => open.push(Kind::If),
            Step::End => kinds[index] = open.pop().unwrap_or(Kind::Function),
            _ => {}
        }
    }
    kinds
}

/// For each `End`, whether control can reach it by falling through its construct's last step.
fn fallthrough(steps: &[Step]) -> Vec<bool> {
    struct Open {
        reachable_before: bool,
        branched_to: bool,
        is_loop: bool,
        has_else: bool,
        arm_falls: bool,
        is_if: bool,
    }
    let mut falls = vec![false; steps.len()];
    let mut open = vec![Open {
        reachable_before: true,
        branched_to: false,
        is_loop: false,
        has_else: false,
        arm_falls: false,
        is_if: false,
    }];
    let mut live = true;
    for (index, step) in steps.iter().enumerate() {
        let branch = |open: &mut Vec<Open>, depth: u32, live: bool| {
            let at = open.len() - 1 - depth as usize;
            open[at].branched_to |= live;
        };
        match step {
            Step::Block | Step::Loop | Step::If => open.push(Open {
                reachable_before: live,
                branched_to: false,
                is_loop: matches!(step, Step::Loop),
                has_else: false,
                arm_falls: false,
                is_if: matches!(step, Step::If),
            }),
            Step::Else => {
                if let Some(frame) = open.last_mut() {
                    frame.has_else = true;
                    frame.arm_falls = live;
                    live = frame.reachable_before;
                }
            }
            Step::End => {
                falls[index] = live;
                if let Some(frame) = open.pop() {
                    live |= frame.arm_falls
                        || (frame.branched_to && !frame.is_loop)
                        || (frame.is_if && !frame.has_else && frame.reachable_before);
                }
            }
            Step::Br(depth) => {
                branch(&mut open, *depth, live);
                live = false;
            }
            Step::BrIf(depth) => branch(&mut open, *depth, live),
            Step::BrTable(depths) => {
                for depth in depths {
                    branch(&mut open, *depth, live);
                }
                live = false;
            }
            Step::Stop => live = false,
            Step::Plain(_) => {}
        }
    }
    falls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(steps: &[Step], entry: u64, loops: &[u64]) {
        let expected = Regions {
            entry: entry * UNIT,
            loops: loops.iter().map(|cost| cost * UNIT).collect(),
        };
        assert_eq!(regions(steps), expected);
    }

    fn plain(units: u64) -> Step {
        Step::Plain(units * UNIT)
    }

    #[test]
    fn straight_line_is_its_sum() {
        check(&[plain(2), plain(3), Step::End], 5, &[]);
    }

    #[test]
    fn an_if_is_the_mean_of_its_arms() {
        check(
            &[
                Step::If,
                plain(10),
                Step::Else,
                plain(4),
                Step::End,
                plain(1),
                Step::End,
            ],
            9,
            &[],
        );
        check(&[Step::If, plain(10), Step::End, Step::End], 6, &[]);
    }

    #[test]
    fn a_loop_is_charged_by_its_header() {
        // loop { 5; br_if 0 }; 7
        check(
            &[
                plain(1),
                Step::Loop,
                plain(5),
                Step::BrIf(0),
                Step::End,
                plain(7),
                Step::End,
            ],
            8,
            &[6],
        );
    }

    #[test]
    fn code_after_an_endless_loop_is_charged_where_it_is_left_for() {
        // block { loop { 4; br_if 1; 2; br 0 } }; 9
        let steps = [
            Step::Block,
            Step::Loop,
            plain(4),
            Step::BrIf(1),
            plain(2),
            Step::Br(0),
            Step::End,
            Step::End,
            plain(9),
            Step::End,
        ];
        // header: 4 + 1 + mean(leave: 0, stay: 2 + 1)
        assert_eq!(
            regions(&steps),
            Regions {
                entry: 9 * UNIT,
                loops: vec![5 * UNIT + 3 * UNIT / 2]
            }
        );
    }

    #[test]
    fn leaving_two_loops_is_charged_outside_both() {
        // block { loop { loop { br_if 2; br 0 } } }; 8
        let steps = [
            Step::Block,
            Step::Loop,
            Step::Loop,
            Step::BrIf(2),
            Step::Br(0),
            Step::End,
            Step::End,
            Step::End,
            plain(8),
            Step::End,
        ];
        let got = regions(&steps);
        assert_eq!(got.entry, 8 * UNIT);
        assert_eq!(got.loops, vec![0, UNIT + UNIT / 2]);
    }

    #[test]
    fn a_table_is_the_mean_of_its_targets() {
        // block { block { br_table 0 1 1 }; 6 }; 3
        let steps = [
            Step::Block,
            Step::Block,
            Step::BrTable(vec![0, 1, 1]),
            Step::End,
            plain(6),
            Step::End,
            plain(3),
            Step::End,
        ];
        check(&steps, 1 + (9 + 3 + 3) / 3, &[]);
    }

    #[test]
    fn nothing_after_a_return_is_charged() {
        check(&[plain(2), Step::Stop, plain(100), Step::End], 2, &[]);
    }
}
