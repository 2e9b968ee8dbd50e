//! Where each node stands, and through which points each edge runs.

use std::collections::BTreeMap;

/// A node and the ground it takes, in units of the drawing.
pub(super) const NODE_WIDTH: i32 = 154;
pub(super) const NODE_HEIGHT: i32 = 62;
/// Between two columns; labels stand here.
pub(super) const COLUMN_GAP: i32 = 118;
/// Between two nodes of a column; a label of an edge has two lines.
const ROW_GAP: i32 = 26;
/// The height of the place that an edge has in a column it passes.
const PASS_HEIGHT: i32 = 22;
const MARGIN: i32 = 16;
/// How often the order in the columns is improved.
const SWEEPS: usize = 12;

/// A finished layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    /// The top left corner of each node.
    pub(super) nodes: Vec<(i32, i32)>,
    /// For each edge its points, from the side of one node to the side of the other.
    pub(super) edges: Vec<Vec<(i32, i32)>>,
}

/// A place in a column: a node, or an edge that passes.
#[derive(Debug, Clone)]
struct Place {
    column: usize,
    /// `None` is an edge that passes.
    node: Option<usize>,
    y: i32,
}

impl Place {
    const fn height(&self) -> i32 {
        if self.node.is_some() { NODE_HEIGHT } else { PASS_HEIGHT }
    }

    const fn centre(&self) -> i32 {
        self.y + self.height() / 2
    }
}

/// Lays out `nodes` nodes with edges between them. An edge from a node to itself is drawn as a
/// short way out and back.
pub(super) fn place(nodes: usize, edges: &[(usize, usize)]) -> Layout {
    let reversed = backward(nodes, edges);
    let forward: Vec<(usize, usize)> = edges
        .iter()
        .zip(&reversed)
        .map(|(&(a, b), &back)| if back { (b, a) } else { (a, b) })
        .collect();
    let columns = columns(nodes, &forward);
    let mut places: Vec<Place> =
        (0..nodes).map(|node| Place { column: columns[node], node: Some(node), y: 0 }).collect();
    // The chain of places of each edge, from the left to the right.
    let chains: Vec<Vec<usize>> = forward
        .iter()
        .map(|&(a, b)| {
            let mut chain = vec![a];
            for column in columns[a] + 1..columns[b] {
                places.push(Place { column, node: None, y: 0 });
                chain.push(places.len() - 1);
            }
            chain.push(b);
            chain
        })
        .collect();
    let order = order(&places, &chains);
    let height = settle(&mut places, &order, &chains);
    let step = NODE_WIDTH + COLUMN_GAP;
    let x = |column: usize| MARGIN + i32::try_from(column).unwrap_or(0) * step;
    let paths = paths(&places, &chains, &reversed, x);
    Layout {
        width: x(order.len().saturating_sub(1)) + NODE_WIDTH + MARGIN,
        height,
        nodes: places[..nodes].iter().map(|place| (x(place.column), place.y)).collect(),
        edges: paths,
    }
}

/// Which edges run against the order in which a depth-first walk leaves the nodes.
fn backward(nodes: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut incoming = vec![0; nodes];
    edges.iter().filter(|(a, b)| a != b).for_each(|&(_, b)| incoming[b] += 1);
    let mut starts: Vec<usize> = (0..nodes).collect();
    starts.sort_by_key(|&node| (incoming[node], node));
    let mut state = vec![0_u8; nodes];
    let mut reversed = vec![false; edges.len()];
    for start in starts {
        // A node and how many of its edges were followed.
        let mut stack = vec![(start, 0)];
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        while let Some((node, followed)) = stack.pop() {
            let next = edges.iter().enumerate().skip(followed).find(|(_, edge)| edge.0 == node);
            let Some((number, &(_, to))) = next else {
                state[node] = 2;
                continue;
            };
            stack.push((node, number + 1));
            match state[to] {
                0 => {
                    state[to] = 1;
                    stack.push((to, 0));
                }
                1 => reversed[number] = true,
                _ => {}
            }
        }
    }
    reversed
}

/// The column of each node: the longest way to it; a source stands next to its first target.
fn columns(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut columns = vec![0_usize; nodes];
    // Without cycles, `nodes` rounds are enough.
    for _ in 0..nodes {
        let mut changed = false;
        for &(a, b) in edges.iter().filter(|(a, b)| a != b) {
            if columns[b] <= columns[a] {
                columns[b] = columns[a] + 1;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    for node in 0..nodes {
        let is_source = edges.iter().all(|&(a, b)| b != node || a == b);
        let first =
            edges.iter().filter(|&&(a, b)| a == node && b != node).map(|&(_, b)| columns[b]).min();
        if let (true, Some(first)) = (is_source, first) {
            columns[node] = first.saturating_sub(1);
        }
    }
    columns
}

/// The places of each column, from top to bottom, with few crossings.
fn order(places: &[Place], chains: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let count = places.iter().map(|place| place.column + 1).max().unwrap_or(0);
    let mut columns = vec![Vec::new(); count];
    for (index, place) in places.iter().enumerate() {
        columns[place.column].push(index);
    }
    let links: Vec<(usize, usize)> =
        chains.iter().flat_map(|chain| chain.windows(2).map(|pair| (pair[0], pair[1]))).collect();
    let mut best = columns.clone();
    let mut fewest = crossings(&best, &links);
    for sweep in 0..SWEEPS {
        let right = sweep % 2 == 0;
        let mut numbers: Vec<usize> = (1..count).collect();
        if !right {
            numbers = (0..count.saturating_sub(1)).rev().collect();
        }
        for number in numbers {
            let beside = if right { number - 1 } else { number + 1 };
            let position: BTreeMap<usize, usize> =
                columns[beside].iter().enumerate().map(|(at, &place)| (place, at)).collect();
            let own: BTreeMap<usize, usize> =
                columns[number].iter().enumerate().map(|(at, &place)| (place, at)).collect();
            // The mean of the neighbours' positions, in thousandths, so that it can be compared.
            let mean = |place: usize| {
                let near = links.iter().filter_map(|&(a, b)| {
                    let other =
                        if right { (b == place).then_some(a) } else { (a == place).then_some(b) };
                    other.and_then(|other| position.get(&other))
                });
                let (sum, n) = near.fold((0, 0), |(sum, n), at| (sum + at * 1000, n + 1));
                usize::checked_div(sum, n).unwrap_or(own[&place] * 1000)
            };
            columns[number].sort_by_key(|&place| (mean(place), own[&place]));
        }
        let now = crossings(&columns, &links);
        if now < fewest {
            (best, fewest) = (columns.clone(), now);
        }
    }
    best
}

fn crossings(columns: &[Vec<usize>], links: &[(usize, usize)]) -> usize {
    let mut position = BTreeMap::new();
    for (number, column) in columns.iter().enumerate() {
        column.iter().enumerate().for_each(|(at, &place)| {
            position.insert(place, (number, at));
        });
    }
    let ends: Vec<_> = links.iter().map(|(a, b)| (position[a], position[b])).collect();
    let mut count = 0;
    for (number, (a, b)) in ends.iter().enumerate() {
        let others = ends[number + 1..].iter().filter(|(c, _)| c.0 == a.0);
        count +=
            others.filter(|(c, d)| (a.1 < c.1) != (b.1 < d.1) && a.1 != c.1 && b.1 != d.1).count();
    }
    count
}

/// Gives each place its height on the page, near the places it is linked with; returns the
/// height of the whole.
fn settle(places: &mut [Place], columns: &[Vec<usize>], chains: &[Vec<usize>]) -> i32 {
    let links: Vec<(usize, usize)> =
        chains.iter().flat_map(|chain| chain.windows(2).map(|pair| (pair[0], pair[1]))).collect();
    for column in columns {
        let mut y = MARGIN;
        for &place in column {
            places[place].y = y;
            y += places[place].height() + ROW_GAP;
        }
    }
    for round in 0..SWEEPS {
        let numbers: Vec<usize> = if round % 2 == 0 {
            (0..columns.len()).collect()
        } else {
            (0..columns.len()).rev().collect()
        };
        for number in numbers {
            let wanted: Vec<i32> = columns[number]
                .iter()
                .map(|&place| {
                    let near = links.iter().filter_map(|&(a, b)| match (a == place, b == place) {
                        (true, false) => Some(b),
                        (false, true) => Some(a),
                        _ => None,
                    });
                    let (sum, n) =
                        near.fold((0, 0), |(sum, n), other| (sum + places[other].centre(), n + 1));
                    if n == 0 { places[place].y } else { sum / n - places[place].height() / 2 }
                })
                .collect();
            spread(places, &columns[number], &wanted);
        }
    }
    let top = places.iter().map(|place| place.y).min().unwrap_or(0);
    for place in places.iter_mut() {
        place.y += MARGIN - top;
    }
    places.iter().map(|place| place.y + place.height()).max().unwrap_or(0) + MARGIN
}

/// Puts the places of a column where they want to be, in their order and without overlap: down
/// as far as needed, then half of that back up.
fn spread(places: &mut [Place], column: &[usize], wanted: &[i32]) {
    let mut at: Vec<i32> = Vec::with_capacity(column.len());
    let mut next = i32::MIN / 2;
    for (&place, &y) in column.iter().zip(wanted) {
        at.push(y.max(next));
        next = at[at.len() - 1] + places[place].height() + ROW_GAP;
    }
    let pushed: i32 = at.iter().zip(wanted).map(|(at, wanted)| at - wanted).sum();
    let back = pushed / i32::try_from(column.len().max(1)).unwrap_or(1);
    for (&place, y) in column.iter().zip(at) {
        places[place].y = y - back;
    }
}

/// The points of each edge. The edges of one side of a node leave it at ports of their own, in
/// the order of where they go, so that two edges between the same nodes do not cover each other.
fn paths(
    places: &[Place],
    chains: &[Vec<usize>],
    reversed: &[bool],
    x: impl Fn(usize) -> i32,
) -> Vec<Vec<(i32, i32)>> {
    let mut ports: BTreeMap<(usize, bool), Vec<(i32, usize)>> = BTreeMap::new();
    for (number, chain) in chains.iter().enumerate() {
        let (first, last) = (chain[0], chain[chain.len() - 1]);
        ports.entry((first, true)).or_default().push((places[chain[1]].centre(), number));
        ports
            .entry((last, false))
            .or_default()
            .push((places[chain[chain.len() - 2]].centre(), number));
    }
    for edges in ports.values_mut() {
        edges.sort_unstable();
    }
    let port = |place: usize, right: bool, edge: usize| {
        let edges = &ports[&(place, right)];
        let at = edges.iter().position(|&(_, number)| number == edge).unwrap_or(0);
        let share = NODE_HEIGHT * i32::try_from(at + 1).unwrap_or(1);
        places[place].y + share / i32::try_from(edges.len() + 1).unwrap_or(1)
    };
    let mut paths = Vec::with_capacity(chains.len());
    for (number, chain) in chains.iter().enumerate() {
        let (first, last) = (chain[0], chain[chain.len() - 1]);
        let mut points = vec![(x(places[first].column) + NODE_WIDTH, port(first, true, number))];
        for &pass in &chain[1..chain.len() - 1] {
            let left = x(places[pass].column);
            points.extend([
                (left, places[pass].centre()),
                (left + NODE_WIDTH, places[pass].centre()),
            ]);
        }
        points.push((x(places[last].column), port(last, false, number)));
        if reversed[number] {
            points.reverse();
        }
        paths.push(points);
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(layout: &Layout) -> bool {
        let boxes = &layout.nodes;
        boxes.iter().enumerate().any(|(number, a)| {
            boxes[number + 1..]
                .iter()
                .any(|b| (a.0 - b.0).abs() < NODE_WIDTH && (a.1 - b.1).abs() < NODE_HEIGHT)
        })
    }

    #[test]
    fn data_runs_from_left_to_right_and_cycles_are_cut() {
        let layout = place(4, &[(0, 1), (1, 2), (2, 1), (2, 3)]);
        let columns: Vec<i32> = layout.nodes.iter().map(|node| node.0).collect();
        assert!(columns.is_sorted() && columns[0] < columns[3], "{columns:?}");
        let back = &layout.edges[2];
        assert!(back[0].0 > back[back.len() - 1].0, "the answer runs back: {back:?}");
        assert_ne!(layout.edges[1][0].1, layout.edges[2][back.len() - 1].1, "two ports");
    }

    proptest::proptest! {
        #[test]
        fn any_graph_is_drawn_without_overlap(
            nodes in 1_usize..20,
            links in proptest::collection::vec((0_usize..20, 0_usize..20), 0..40),
        ) {
            let edges: Vec<_> = links.iter().map(|(a, b)| (a % nodes, b % nodes)).collect();
            let layout = place(nodes, &edges);
            proptest::prop_assert_eq!(layout.nodes.len(), nodes);
            proptest::prop_assert!(!overlap(&layout));
            proptest::prop_assert_eq!(&layout, &place(nodes, &edges));
            for &(x, y) in layout.nodes.iter().chain(layout.edges.iter().flatten()) {
                proptest::prop_assert!((0..=layout.width).contains(&x) && (0..=layout.height).contains(&y));
            }
        }
    }
}
