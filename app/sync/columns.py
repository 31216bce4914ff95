"""Columns of like values, folded for the wire and unfolded with a budget: repeats, steps, numbered names, nested rows.

A column is a plain JSON list, or an object with one of these keys:

- ``=``: one value for all;
- ``+``: integers as a first value and steps;
- ``#``: a short list of distinct values, with the column of their indexes in ``i``;
- ``%``: names that end in a number: a list of (prefix, width), the column of its indexes in ``i``, of numbers in ``n``;
- ``*``: lists: the column of their lengths, and in ``c`` the column of all their items;
- ``[``: lists of rows of one width: the column of their lengths, and in ``c`` one column for each place in a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from json import encoder
from typing import Any, TypeVar

from app.domain.codec import dumps

T = TypeVar("T")
Column = Any
"""A folded column: a list, or an object of one of the forms above."""

encode_text: Callable[[str], str] = (
    getattr(encoder, "c_encode_basestring", None) or encoder.py_encode_basestring
)
_DIGITS = "0123456789"
_MOST_DIGITS = 15
_FEW = 64
_FAR = 2**52  # further apart, a step would leave the range of numbers


class BadColumn(ValueError):
    """A column that does not unfold into what was announced."""


class Budget:
    """How much an incoming message may still unfold into, in values and characters."""

    def __init__(self, left: int) -> None:
        self._left = left

    def spend(self, amount: int) -> None:
        """Take ``amount`` off; raises :class:`BadColumn` when the budget is gone."""
        self._left -= amount
        if self._left < 0:
            raise BadColumn("too large")


# --- folding -----------------------------------------------------------------------------------------------


def fold(values: Sequence[Any]) -> Column:
    """Fold a column into its shortest known form; any JSON values are taken."""
    if len(values) < 2:
        return list(values)
    kinds = set(map(type, values))
    if len(kinds) == 1:
        folder = _FOLDERS.get(kinds.pop())
        if folder is not None:
            return folder(values)
    return list(values)


def _fold_numbers(values: Sequence[int]) -> Column:
    if _all_same(values):
        return {"=": values[0]}
    steps = [values[0], *(b - a for a, b in pairwise(values))]
    if max(map(abs, values)) < _FAR and sum(map(abs, steps)) < sum(map(abs, values)):
        return {"+": steps}
    return list(values)


def _fold_texts(values: Sequence[str]) -> Column:
    if _all_same(values):
        return {"=": values[0]}
    distinct = dict.fromkeys(values)
    if len(distinct) <= min(_FEW, len(values) // 3):
        places = {value: index for index, value in enumerate(distinct)}
        return {"#": list(distinct), "i": fold([places[value] for value in values])}
    return _fold_names(values) or list(values)


def _fold_names(values: Sequence[str]) -> Column | None:
    """Names as prefix, width and number, where few prefixes make many names."""
    shapes: dict[tuple[str, int], int] = {}
    indexes, numbers = [], []
    most = min(_FEW, len(values) // 4)
    for value in values:
        prefix = value.rstrip(_DIGITS)
        width = len(value) - len(prefix)
        index = shapes.setdefault((prefix, width), len(shapes))
        if index >= most or not 0 < width <= _MOST_DIGITS:
            return None
        indexes.append(index)
        numbers.append(int(value[-width:]))
    return {"%": list(shapes), "i": fold(indexes), "n": fold(numbers)}


def _fold_lists(values: Sequence[list[Any]]) -> Column:
    items = [item for value in values for item in value]
    if not items:
        return {"=": []}
    lengths = fold([len(value) for value in values])
    kinds = set(map(type, items))
    if kinds == {list} and len(widths := set(map(len, items))) == 1 and widths != {0}:
        return {"[": lengths, "c": [fold(cells) for cells in zip(*items, strict=True)]}
    if list not in kinds and dict not in kinds:
        return {"*": lengths, "c": fold(items)}
    return list(values)


def _fold_constants(values: Sequence[Any]) -> Column:
    return {"=": values[0]} if _all_same(values) else list(values)


_FOLDERS: dict[type, Callable[[Any], Column]] = {
    int: _fold_numbers,
    str: _fold_texts,
    list: _fold_lists,
    bool: _fold_constants,
    type(None): _fold_constants,
}


def _all_same(values: Sequence[Any]) -> bool:
    return values.count(values[0]) == len(values)


# --- unfolding ---------------------------------------------------------------------------------------------


def unfold(column: Column, count: int, budget: Budget) -> list[Any]:
    """Unfold ``count`` values; raises :class:`BadColumn` where the column holds anything else."""
    budget.spend(count)
    if isinstance(column, list):
        values = column
    elif isinstance(column, dict):
        values = _unfold_form(column, count, budget)
    else:
        raise BadColumn("no column")
    if len(values) != count:
        raise BadColumn(f"{len(values)} values, not {count}")
    return values


def numbers(column: Column, count: int, budget: Budget) -> list[int]:
    """Unfold a column of integers between -2^53 and 2^53."""
    values = unfold(column, count, budget)
    if any(type(value) is not int for value in values):
        raise BadColumn("integers were expected")
    if values and (min(values) < -(2**53) or max(values) > 2**53):
        raise BadColumn("a number out of range")
    return values


def texts(column: Column, count: int, budget: Budget) -> list[str]:
    """Unfold a column of strings."""
    values = unfold(column, count, budget)
    if any(type(value) is not str for value in values):
        raise BadColumn("texts were expected")
    return values


def _unfold_form(column: dict[str, Any], count: int, budget: Budget) -> list[Any]:
    for key, unfolder in _UNFOLDERS.items():
        if key in column:
            return unfolder(column, count, budget)
    raise BadColumn("an unknown form of column")


def _unfold_same(column: dict[str, Any], count: int, budget: Budget) -> list[Any]:
    value = column["="]
    budget.spend(len(dumps(value)) * count)
    return [value] * count


def _unfold_steps(column: dict[str, Any], count: int, budget: Budget) -> list[Any]:
    return list(accumulate(numbers(_list(column["+"]), count, budget)))


def _unfold_few(column: dict[str, Any], count: int, budget: Budget) -> list[Any]:
    distinct = texts(few := _list(column["#"]), len(few), budget)
    budget.spend(max(map(len, distinct), default=0) * count)
    return [distinct[index] for index in _indexes(column.get("i"), count, len(distinct), budget)]


def _unfold_names(column: dict[str, Any], count: int, budget: Budget) -> list[Any]:
    shapes = [_shape(shape) for shape in _list(column["%"])]
    budget.spend(max((len(prefix) + width for prefix, width in shapes), default=0) * count)
    which = _indexes(column.get("i"), count, len(shapes), budget)
    found = numbers(column.get("n"), count, budget)
    if found and min(found) < 0:
        raise BadColumn("a negative number in a name")
    return [f"{shapes[i][0]}{number:0{shapes[i][1]}d}" for i, number in zip(which, found, strict=True)]


def _shape(value: Any) -> tuple[str, int]:
    if not (isinstance(value, list) and len(value) == 2):
        raise BadColumn("a prefix and a width were expected")
    prefix, width = value
    if type(prefix) is not str or type(width) is not int or not 1 <= width <= _MOST_DIGITS:
        raise BadColumn("a prefix and a width were expected")
    return prefix, width


def _unfold_lists(column: dict[str, Any], count: int, budget: Budget) -> list[Any]:
    lengths = _lengths(column["*"], count, budget)
    return _split(unfold(column.get("c"), sum(lengths), budget), lengths)


def _unfold_rows(column: dict[str, Any], count: int, budget: Budget) -> list[Any]:
    lengths = _lengths(column["["], count, budget)
    total = sum(lengths)
    cells = [unfold(cell, total, budget) for cell in _list(column.get("c"))]
    return _split([list(row) for row in zip(*cells, strict=True)], lengths)


def _split(items: list[T], lengths: list[int]) -> list[list[T]]:
    ends = list(accumulate(lengths))
    if (ends[-1] if ends else 0) != len(items):
        raise BadColumn("lengths that do not add up")
    return [items[end - length : end] for end, length in zip(ends, lengths, strict=True)]


def _lengths(column: Column, count: int, budget: Budget) -> list[int]:
    lengths = numbers(column, count, budget)
    if lengths and min(lengths) < 0:
        raise BadColumn("a negative length")
    budget.spend(sum(lengths))
    return lengths


def _indexes(column: Column, count: int, of: int, budget: Budget) -> list[int]:
    found = numbers(column, count, budget)
    if found and not 0 <= min(found) <= max(found) < of:
        raise BadColumn("an index out of range")
    return found


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadColumn("a list was expected")
    return value


_UNFOLDERS = {
    "=": _unfold_same,
    "+": _unfold_steps,
    "#": _unfold_few,
    "%": _unfold_names,
    "*": _unfold_lists,
    "[": _unfold_rows,
}


# --- unfolding into JSON texts -----------------------------------------------------------------------------


def unfold_json(column: Column, count: int, budget: Budget) -> list[str]:
    """Unfold ``count`` values as JSON texts, without making the values: the quick way to facts' bodies."""
    budget.spend(count)
    if isinstance(column, list):
        found = [text(value) for value in column]
    elif isinstance(column, dict):
        writer = next((writer for key, writer in _WRITERS.items() if key in column), None)
        found = (
            writer(column, count, budget)
            if writer
            else [text(x) for x in _unfold_form(column, count, budget)]
        )
    else:
        raise BadColumn("no column")
    if len(found) != count:
        raise BadColumn(f"{len(found)} values, not {count}")
    return found


def text(value: Any) -> str:
    """One value as JSON; texts and whole numbers, which are nearly all, the quick way."""
    kind = type(value)
    if kind is str:
        return encode_text(value)
    return str(value) if kind is int else dumps(value)


def _write_same(column: dict[str, Any], count: int, budget: Budget) -> list[str]:
    value = text(column["="])
    budget.spend(len(value) * count)
    return [value] * count


def _write_few(column: dict[str, Any], count: int, budget: Budget) -> list[str]:
    distinct = [text(value) for value in _list(column["#"])]
    budget.spend(max(map(len, distinct), default=0) * count)
    return [distinct[index] for index in _indexes(column.get("i"), count, len(distinct), budget)]


def _write_names(column: dict[str, Any], count: int, budget: Budget) -> list[str]:
    shapes = [_shape(shape) for shape in _list(column["%"])]
    budget.spend(max((len(prefix) + width for prefix, width in shapes), default=0) * count)
    forms = [f'{text(prefix)[:-1].replace("%", "%%")}%0{width}d"' for prefix, width in shapes]
    which = _indexes(column.get("i"), count, len(shapes), budget)
    found = numbers(column.get("n"), count, budget)
    if found and min(found) < 0:
        raise BadColumn("a negative number in a name")
    return [forms[index] % number for index, number in zip(which, found, strict=True)]


def _write_lists(column: dict[str, Any], count: int, budget: Budget) -> list[str]:
    lengths = _lengths(column["*"], count, budget)
    return _joined(unfold_json(column.get("c"), sum(lengths), budget), lengths)


def _write_rows(column: dict[str, Any], count: int, budget: Budget) -> list[str]:
    lengths = _lengths(column["["], count, budget)
    total = sum(lengths)
    cells = [unfold_json(cell, total, budget) for cell in _list(column.get("c"))]
    return _joined([f"[{','.join(row)}]" for row in zip(*cells, strict=True)], lengths)


def _joined(items: list[str], lengths: list[int]) -> list[str]:
    return [f"[{','.join(part)}]" for part in _split(items, lengths)]


_WRITERS: dict[str, Callable[[dict[str, Any], int, Budget], list[str]]] = {
    "=": _write_same,
    "#": _write_few,
    "%": _write_names,
    "*": _write_lists,
    "[": _write_rows,
}
