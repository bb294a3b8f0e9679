"""Pictures of costs: two lines that cross, or never do, and maps of who is cheapest where."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from helpers.engine.pictures import digits, finish
from helpers.plots import COLOURS, HATCHES, MARKERS


def crossing(
    lines: dict[str, tuple[float, float]],
    end: float,
    crossings: dict[str, tuple[float, float, float]],
    title: str,
    xlabel: str,
    ylabel: str,
):
    """Cumulative costs on logarithmic axes: fixed + number x each, from 1 to `end`.

    lines: for each name (fixed, each). crossings: for each name, (number, low, high) of where two
    lines cross, drawn as a band; those that never cross (infinite) are only put into words.
    """
    figure, axes = plt.subplots(figsize=(7.6, 4.4))
    x, words = np.logspace(0, math.log10(end), 200), []
    for i, (name, (fixed, each)) in enumerate(lines.items()):
        look = {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)]}
        axes.plot(x, fixed + x * each, label=name, markevery=33, markersize=5, **look)
        words.append(f"{name}: {fixed:.3g} at first and {each:.3g} for each")
    for name, (number, low, high) in crossings.items():
        if not number < math.inf:
            words.append(f"{name}: never cross")
            continue
        top = high if high < math.inf else end
        axes.axvspan(low, top, color=COLOURS[6], alpha=0.3, linewidth=0)
        axes.axvline(number, color="black", linestyle=":", linewidth=1.2)
        reach = f"{number:,.0f} (from {low:,.0f} to {high:,.0f})"
        axes.annotate(f" {reach}", (top, 0.03), xycoords=("data", "axes fraction"), fontsize=8)
        words.append(f"{name}: cross at {reach}")
    axes.set(xscale="log", yscale="log", xlim=(1, end), xlabel=xlabel, ylabel=ylabel)
    axes.grid(alpha=0.3)
    return finish(figure, axes, title, words, legend=True)


def region_map(names, x, y, title: str, xlabel: str, ylabel: str):
    """A map in regions: one colour, hatch and label for each name.

    names: array of shape (len(y), len(x)), from `costs.cheapest`; both axes are logarithmic.
    """
    figure, axes = plt.subplots(figsize=(6.4, 4.2))
    known = list(dict.fromkeys(names.ravel()))
    codes = np.array([[known.index(name) for name in row] for row in names])
    colours = ListedColormap(COLOURS[: len(known)])
    axes.pcolormesh(x, y, codes, cmap=colours, vmin=-0.5, vmax=len(known) - 0.5, alpha=0.55)
    patches = []
    for i, name in enumerate(known):
        if i:  # the first region stays plain
            part = np.where(codes == i, 1.0, 0.0)
            hatch = HATCHES[i % len(HATCHES)]
            axes.contourf(x, y, part, levels=[0.5, 1.5], colors="none", hatches=[hatch])
        hatch = HATCHES[i % len(HATCHES)]
        patches.append(Patch(facecolor=COLOURS[i], alpha=0.55, hatch=hatch, label=name))
    axes.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel)
    shares = [f"{name} on {(codes == i).mean():.0%} of the map" for i, name in enumerate(known)]
    shares += [f"the map goes from {x[0]:,g} to {x[-1]:,.9g} {xlabel}"]
    for i in sorted({0, len(y) // 2, len(y) - 1}):  # where the border is, in three rows
        begins = [j for j in range(len(x)) if not j or names[i][j] != names[i][j - 1]]
        runs = ", ".join(f"{names[i][j]} from {digits(x[j], 2)} on" for j in begins)
        shares += [f"at {y[i]:.3g} {ylabel}: {runs}"]
    finish(figure, axes, title, shares)
    axes.legend(handles=patches, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
