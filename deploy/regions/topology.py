"""Polygons as a topology of arcs, so that borders stay shared when they are simplified.

A ring is a closed list of points (the first is not repeated at the end). Rings are cut at nodes (points
where neighbourhoods part) into arcs; an arc that several rings use is stored once. What is done to an
arc is done to every region along it, so neighbours can't tear apart.
"""

import collections
import math

GRID = 0.25  # degrees; the cell of the search grids


def distance_to_edge(p, a, b):
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length
    t = max(0.0, min(1.0, t))
    return math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)


def edges(ring):
    return zip(ring, ring[1:] + ring[:1])


def find_nodes(rings):
    """Points that different rings pass on different ways."""
    around = {}
    nodes = set()
    for ring in rings:
        for i, p in enumerate(ring):
            sides = frozenset((ring[i - 1], ring[(i + 1) % len(ring)]))
            if around.setdefault(p, sides) != sides:
                nodes.add(p)
    return nodes


def insert_nodes(rings, nodes, reach):
    """Adds nodes of other rings that lie within `reach` of an edge which has no vertex there.

    Two publishers' borders meet at points that only one of them has. Returns (rings, count)."""
    cells = collections.defaultdict(list)
    for p in nodes:
        cells[int(p[0] // GRID), int(p[1] // GRID)].append(p)
    count = 0
    result = []
    for ring in rings:
        own = set(ring)
        grown = []
        for a, b in edges(ring):
            near = []
            for i in range(int((min(a[0], b[0]) - reach) // GRID), int((max(a[0], b[0]) + reach) // GRID) + 1):
                for j in range(int((min(a[1], b[1]) - reach) // GRID), int((max(a[1], b[1]) + reach) // GRID) + 1):
                    near += [p for p in cells[i, j] if p not in own and distance_to_edge(p, a, b) < reach]
            near = sorted(set(near), key=lambda p: math.dist(p, a))
            own.update(near)
            grown += [a, *near]
            count += len(near)
        result.append(grown)
    return result, count


class Topology:
    """`rings[i]` is a list of (arc number, forward): arcs in the order in which ring i passes them."""

    def __init__(self, rings):
        self.arcs = []
        self.rings = []
        self._numbers = {}
        nodes = find_nodes(rings)
        for ring in rings:
            self.rings.append([self._number(path) for path in self._cut(ring, nodes)])

    @staticmethod
    def _cut(ring, nodes):
        starts = [i for i, p in enumerate(ring) if p in nodes]
        if not starts:
            first = ring.index(min(ring))  # the same start for every ring along it
            yield ring[first:] + ring[: first + 1]
            return
        for k, start in enumerate(starts):
            end = starts[(k + 1) % len(starts)]
            yield ring[start : end + 1] if end > start else ring[start:] + ring[: end + 1]

    def _number(self, path):
        forward = tuple(path)
        backward = forward[::-1]
        key = min(forward, backward)
        if key not in self._numbers:
            self._numbers[key] = len(self.arcs)
            self.arcs.append(list(key))
        return self._numbers[key], key == forward

    def users(self):
        """Arc number -> ring numbers along it."""
        result = collections.defaultdict(set)
        for i, ring in enumerate(self.rings):
            for arc, _ in ring:
                result[arc].add(i)
        return result

    def merge_parallel(self, reach):
        """Makes one arc of two that join the same nodes within `reach` of each other.

        They are the same border in two levels of detail; the more detailed one stays. Returns the
        number of arcs that went."""
        users = self.users()
        by_ends = collections.defaultdict(list)
        for number, arc in enumerate(self.arcs):
            if len(users[number]) == 1 and arc[0] != arc[-1]:
                by_ends[frozenset((arc[0], arc[-1]))].append(number)
        replaced = {}
        for numbers in by_ends.values():
            numbers.sort(key=lambda n: (-len(self.arcs[n]), n))
            for n, keep in enumerate(numbers):
                for other in numbers[n + 1 :]:
                    free = keep not in replaced and other not in replaced and keep not in replaced.values()
                    if free and users[keep] != users[other] and self._close(keep, other, reach):
                        replaced[other] = keep
        for ring in self.rings:
            for i, (arc, forward) in enumerate(ring):
                if arc in replaced:
                    same_way = self.arcs[replaced[arc]][0] == self.arcs[arc][0]
                    ring[i] = (replaced[arc], forward == same_way)
        return len(replaced)

    def _close(self, one, other, reach):
        def within(points, path):
            return all(min(distance_to_edge(p, a, b) for a, b in zip(path, path[1:])) < reach for p in points)

        a, b = self.arcs[one], self.arcs[other]
        return within(a, b) and within(b, a)

    def simplify(self, tolerance):
        """Douglas-Peucker on each arc; its ends stay. A ring that would collapse keeps its detail."""
        full = self.arcs
        self.arcs = [douglas_peucker(arc, tolerance) for arc in full]
        for i, ring in enumerate(self.rings):
            if len(set(self.points(i))) < 4:
                for arc, _ in ring:
                    self.arcs[arc] = full[arc]

    def points(self, ring_number):
        return self.walk(self.rings[ring_number])

    def walk(self, ring):
        result = []
        for arc, forward in ring:
            path = self.arcs[arc] if forward else self.arcs[arc][::-1]
            result += path[:-1]
        return result

    def dissolve(self, ring_numbers):
        """The outline of several rings: arcs that only one of them uses, joined to rings again."""
        used = collections.Counter(arc for i in ring_numbers for arc, _ in self.rings[i])
        open_arcs = collections.defaultdict(list)
        for i in ring_numbers:
            for arc, forward in self.rings[i]:
                if used[arc] == 1:
                    open_arcs[self._end(arc, not forward)].append((arc, forward))
        outlines = []
        for start in sorted(open_arcs):
            while open_arcs[start]:
                outline = []
                at = start
                while open_arcs[at]:
                    step = open_arcs[at].pop(0)
                    outline.append(step)
                    at = self._end(*step)
                outlines.append(self.walk(outline))
        return outlines

    def _end(self, arc, forward):
        return self.arcs[arc][-1 if forward else 0]


def douglas_peucker(points, tolerance):
    if len(points) < 3:
        return points
    if points[0] == points[-1]:  # a closed arc: split it at its farthest point
        far = max(range(len(points)), key=lambda i: math.dist(points[0], points[i]))
        return douglas_peucker(points[: far + 1], tolerance)[:-1] + douglas_peucker(points[far:], tolerance)
    keep = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        far, most = first, tolerance
        for i in range(first + 1, last):
            d = distance_to_edge(points[i], points[first], points[last])
            if d > most:
                far, most = i, d
        if far != first:
            keep.add(far)
            spans += [(first, far), (far, last)]
    return [points[i] for i in sorted(keep)]


def signed_area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in edges(ring)) / 2


def encloses(ring, p):
    inside = False
    for a, b in edges(ring):
        if (a[1] > p[1]) != (b[1] > p[1]):
            if p[0] < (b[0] - a[0]) * (p[1] - a[1]) / (b[1] - a[1]) + a[0]:
                inside = not inside
    return inside


def polygons(rings, holes):
    """GeoJSON polygons of outer rings and holes: each hole in the smallest outer ring around it."""
    outer = sorted(rings, key=lambda ring: abs(signed_area(ring)))
    result = [[ring] for ring in outer]
    for hole in holes:
        home = next((p for p in result if encloses(p[0], hole[0])), None)
        if home is not None:
            home.append(hole)
    closed = []
    for polygon in reversed(result):
        ways = [polygon[0] if signed_area(polygon[0]) > 0 else polygon[0][::-1]]
        ways += [h if signed_area(h) < 0 else h[::-1] for h in polygon[1:]]
        closed.append([[list(p) for p in ring + ring[:1]] for ring in ways])
    return closed
