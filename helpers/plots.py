"""The course's pictures: one message each, intervals drawn, colours for colour-blind readers.

The colours are those of Okabe & Ito (2008, "Color Universal Design"); hatches or markers repeat
what a colour says.
"""

import time

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from helpers.engine.pictures import Picture, digits, finish, show  # noqa: F401

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#000000")
HATCHES = ("", "//", "..", "xx", "--", "oo", "\\\\", "++")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
OUTLINE = {"edgecolor": "black", "linewidth": 0.6}  # some colours alone are too light on white


def grouped_bars(values: dict[str, dict[str, tuple[float, float, float]]], title: str, ylabel: str):
    """Bars with intervals: one group for each key of `values`, one bar for each measure in it.

    A bar is (mean, low, high), all from 0 to 1. Returns a figure for `show`.
    """
    groups, measures = list(values), list(next(iter(values.values())))
    width = 0.8 / len(measures)
    figure, axes = plt.subplots(figsize=(1.6 * len(groups) + 2, 3.8))
    for i, measure in enumerate(measures):
        mean, low, high = np.array([values[group][measure] for group in groups]).T
        x = np.arange(len(groups)) + (i - (len(measures) - 1) / 2) * width
        axes.bar(x, mean, width, color=COLOURS[i], hatch=HATCHES[i], label=measure, **OUTLINE)
        axes.errorbar(
            x, mean, [mean - low, high - mean], fmt="none", color="black", capsize=3, linewidth=1
        )
        for at, value, top in zip(x, mean, high, strict=True):
            axes.text(at, top + 0.02, f"{value:.2f}", ha="center", va="bottom", fontsize=8)
    axes.set_xticks(range(len(groups)), groups)
    axes.set(ylim=(0, 1.12), ylabel=ylabel)
    words = [
        f"{group}: " + ", ".join(f"{m} {_interval(*values[group][m])}" for m in measures)
        for group in groups
    ]
    return finish(figure, axes, title, words, legend=True)


def stacked_bars(shares: dict[str, dict[str, float]], title: str, xlabel: str):
    """Horizontal bars that each sum to 1: one for each key of `shares`, split into its parts, each
    part labelled.
    """
    rows, parts = list(shares), list(next(iter(shares.values())))
    figure, axes = plt.subplots(figsize=(7.5, 0.55 * len(rows) + 1.6))
    left = np.zeros(len(rows))
    for i, part in enumerate(parts):
        width = np.array([shares[row][part] for row in rows])
        axes.barh(
            range(len(rows)),
            width,
            left=left,
            color=COLOURS[i],
            hatch=HATCHES[i],
            **OUTLINE,
            label=part,
        )
        for y, (start, size) in enumerate(zip(left, width, strict=True)):
            if size >= 0.06:
                axes.text(
                    start + size / 2,
                    y,
                    f"{size:.2f}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    bbox={"color": "white", "pad": 1},
                )
        left += width
    axes.set_yticks(range(len(rows)), rows)
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel=xlabel)
    words = [f"{r}: " + ", ".join(f"{p} {v:.2f}" for p, v in shares[r].items() if v) for r in rows]
    return finish(figure, axes, title, words, legend=True)


def points(values: dict[str, tuple[tuple, tuple]], title: str, xlabel: str, ylabel: str):
    """Named points with intervals in both directions, on axes from 0 to 1.

    A point is ((mean, low, high) across, (mean, low, high) up). Returns a figure for `show`.
    """
    figure, axes = plt.subplots(figsize=(8.5, 4.6))
    for i, (name, (across, up)) in enumerate(values.items()):
        reach = [[[m - low], [high - m]] for m, low, high in (across, up)]
        marker = MARKERS[(i + i // len(COLOURS)) % len(MARKERS)]
        look = {"color": COLOURS[i % len(COLOURS)], "fmt": marker, "markersize": 9, "mec": "black"}
        axes.errorbar(across[0], up[0], reach[1], reach[0], label=name, alpha=0.85, **look)
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xlabel=xlabel, ylabel=ylabel)
    axes.grid(alpha=0.3)
    words = [
        f"{name}: {_interval(*across)} across, {_interval(*up)} up"
        for name, (across, up) in values.items()
    ]
    return finish(figure, axes, title, words, legend=True)


def forest(differences: dict[str, tuple[float, float, float]], title: str, xlabel: str):
    """Differences with their intervals, one a line; those whose interval leaves out zero are
    filled.
    """
    figure, axes = plt.subplots(figsize=(7.5, 0.5 * len(differences) + 1.4))
    for y, (mean, low, high) in enumerate(differences.values()):
        clear = low > 0 or high < 0
        axes.plot([low, high], [y, y], color=COLOURS[0], linewidth=2)
        axes.plot(
            mean,
            y,
            "o",
            markersize=8,
            color=COLOURS[0],
            markerfacecolor=COLOURS[0] if clear else "white",
        )
        axes.text(high, y - 0.18, f"{mean:+.2f}", ha="right", va="bottom", fontsize=8)
    axes.axvline(0, color="black", linewidth=1, linestyle=":")
    axes.set_yticks(range(len(differences)), differences)
    axes.set_ylim(len(differences) - 0.5, -0.7)
    axes.set(xlabel=xlabel)
    words = [f"{name}: {_interval(*triple, sign='+')}" for name, triple in differences.items()]
    return finish(figure, axes, title, words)


def curves(
    lines: dict[str, tuple],
    title: str,
    xlabel: str,
    ylabel: str,
    logx: bool = False,
    live: tuple | None = None,
    words: list[str] | None = None,
):
    """Lines with markers. lines: for each name, its x values and its y values.

    A y value is a number, or (mean, low, high) to draw an interval. live: the x and y values of
    points that were computed just now, drawn as rings. words: what the alternative text says of
    the lines; as a rule, their points.
    """
    figure, axes = plt.subplots(figsize=(6.8, 3.8))
    for i, (name, (x, y)) in enumerate(lines.items()):
        style = {
            "marker": MARKERS[i % len(MARKERS)],
            "color": COLOURS[i % len(COLOURS)],
            "linestyle": "-" if i < len(MARKERS) else "--",
            "mec": "black",
            "mew": 0.4,
        }
        mean, low, high = np.array([value if np.ndim(value) else (value,) * 3 for value in y]).T
        axes.errorbar(
            x,
            mean,
            [mean - low, high - mean],
            capsize=3 * bool((high > low).any()),
            elinewidth=0.8,
            label=name,
            **style,
        )
    if live:
        axes.plot(
            *live,
            "o",
            markersize=14,
            markerfacecolor="none",
            markeredgecolor="black",
            linestyle="none",
            label="live",
        )
    if logx:
        axes.set_xscale("log")
        low, high = axes.get_xlim()
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 200 * low else (1,)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_locator(NullLocator())
    elif all(float(value).is_integer() for x, _ in lines.values() for value in x):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # counts have whole ticks
    axes.set(xlabel=xlabel, ylabel=ylabel)
    words = words or [f"{name}: {_points(*line)}" for name, line in lines.items()]
    words += [f"computed live: {_points(*live)}"] if live else []
    return finish(figure, axes, title, words, legend=len(lines) > 1)


def steps(updates: dict[str, list[tuple]], end: float, title: str, xlabel: str, ylabel: str):
    """Lines that jump: for each name its pairs (x, (mean, low, high)), in order, the first at 0.

    The x axis is logarithmic, from 1 to `end`; an interval is drawn at each jump.
    """
    lines, words = {}, []
    for name, pairs in updates.items():
        level = pairs[0][1][0]
        x, y = [1.0], [level]
        for jump, triple in pairs[1:]:
            x, y, level = [*x, jump, jump], [*y, level, triple], triple[0]
        lines[name] = [*x, end], [*y, level]
        parts = [f"{_interval(*triple)} from {jump:.3g} on" for jump, triple in pairs]
        words.append(f"{name}: {', then '.join(parts)}")
    return curves(lines, title, xlabel, ylabel, logx=True, words=words)


def live_losses(every: float = 3.0):
    """A loss curve that is redrawn while training runs: pass it to `lora.train` as `watch`.

    every: the least number of seconds between two drawings, except where a held-out loss is new.
    """
    from IPython.display import display

    state = {"handle": None, "drawn": 0.0}

    def watch(log):
        if time.monotonic() - state["drawn"] < every and "held_out" not in log[-1]:
            return
        lines, names = {}, {"loss": "of the batch", "held_out": "held out, after each epoch"}
        for key, name in names.items():
            found = [(entry["step"], entry[key]) for entry in log if key in entry]
            lines |= {name: tuple(zip(*found, strict=True))} if found else {}
        title = f"training: loss {log[-1]['loss']:.2f} at step {log[-1]['step']}"
        picture = Picture(curves(lines, title, "step", "loss, nats a token"))
        if state["handle"]:
            state["handle"].update(picture)
        else:
            state["handle"] = display(picture, display_id=True)
        state["drawn"] = time.monotonic()

    return watch


def _interval(mean, low, high, sign=""):
    """A mean and its interval, if it has one, in words."""
    span = f" (from {low:{sign}.2f} to {high:{sign}.2f})" if high > low else ""
    return f"{mean:{sign}.2f}{span}"


def _points(x, y, most=8):
    """The points of a line in words; of a long one, the first, the last, and some between."""
    x, y = list(x), [tuple(np.atleast_1d(value)) for value in y]  # (mean,) or (mean, low, high)
    chosen = sorted({round(i * (len(x) - 1) / (most - 1)) for i in range(most)}) if x else []
    spans = [f" ({digits(v[1], 2)} to {digits(v[2], 2)})" if len(set(v)) > 1 else "" for v in y]
    return ", ".join(f"{digits(y[i][0], 3)}{spans[i]} at {digits(x[i], 4)}" for i in chosen)
