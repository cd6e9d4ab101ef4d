"""The accessibility checks of axe-core 4.14.1 (``axe.min.js`` beside this, unchanged, Mozilla Public License 2.0)."""

from pathlib import Path

SOURCE = Path(__file__).with_name("axe.min.js").read_text("utf-8")
RUN = """async where => {
    // What is still fading in has not its own colours yet.
    const roots = [document];
    for (const root of roots) {
        for (const one of root.querySelectorAll('*')) if (one.shadowRoot) roots.push(one.shadowRoot);
    }
    const moving = new Set(roots.flatMap(root => root.getAnimations()));
    const ending = [...moving].filter(one => Number.isFinite(one.effect.getComputedTiming().endTime));
    await Promise.allSettled(ending.map(one => one.finished));
    const found = await axe.run(where || document, { resultTypes: ['violations'] });
    const why = node => [...node.any, ...node.all, ...node.none].map(check => check.message).join('; ');
    const brief = rule => rule.nodes.map(node => `${rule.id}: ${node.target.flat().join(' ')}: ${why(node)}`);
    return { passes: found.passes.length, violations: found.violations.flatMap(brief) };
}"""


def violations(page, where=None):
    """Return what axe finds wrong on a page, or in the part of it that a selector names, shadow trees included.

    The source is run by the debugger, which a page's content policy does not bind.
    """
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(SOURCE)
    found = page.evaluate(RUN, where)
    assert found["passes"], "axe looked at nothing"
    return found["violations"]
