"""What the page says about packages: whole sentences, so that they can be translated."""

from __future__ import annotations

from slicer.i18n import tr as _

from SAMSegmenterLib.desktop.installation import NotInstalledError
from SAMSegmenterLib.desktop.installation_plan import TORCH, Found, Needed, Plan
from SAMSegmenterLib.desktop.torchvision_fit import Torchvision


def state_text(plan: Plan) -> str:
    """What is in the way, else what is missing, else that all is well."""
    obstacles = obstacle_texts(plan)
    if obstacles:
        return "\n".join(obstacles)
    if plan.install:
        return _(
            "Missing: {names}. Press Install to see what would be done; nothing is touched before you agree."
        ).format(names=", ".join(plan.missing))
    return _("Everything that the models need is installed.")


def plan_text(plan: Plan) -> str:
    """The plan in sentences, for the question before anything is touched."""
    lines = [_("Will be installed:")]
    lines += [f"  {_install_text(needed, plan)}" for needed in plan.install]
    lines.append(_kept_text(plan))
    if plan.with_torch:
        lines.append(_("Slicer does not respond while PyTorch is being installed; that takes some minutes."))
    if plan.is_tight:
        lines.append(
            _(
                "The disk has {free} GB free. That is enough for a computer without an NVIDIA GPU; with one, PyTorch "
                "may take up to {most} GB."
            ).format(free=f"{plan.free_bytes / 1e9:.1f}", most=f"{plan.megabytes[1] / 1e3:.0f}")
        )
    return "\n".join(lines)


def obstacle_texts(plan: Plan) -> list[str]:
    """Why nothing can be installed, each with what to do about it; empty where nothing is in the way."""
    texts = [_too_old_text(package) for package in plan.too_old]
    if plan.torchvision_forbids:
        texts.append(
            _(
                "torchvision {version} is installed, which belongs to PyTorch {torch}; version {least} or newer is "
                "needed. It is not replaced, because another extension may need it: update it yourself when none does."
            ).format(version=plan.torchvision.version, torch=plan.torchvision.torch, least=TORCH.least)
        )
    if plan.needs_extension:
        texts.append(
            _(
                "PyTorch is missing, and so is Slicer's extension 'PyTorch', which chooses the build that fits this "
                "computer. Install the extension in the Extensions Manager, restart Slicer, and come back."
            )
        )
    if plan.needs_restart:
        texts.append(_("PyTorch was removed while Slicer was using it. Restart Slicer first."))
    if plan.lacks_room:
        texts.append(
            _("The disk has {free} MB free, at least {least} MB are needed. Free some space first.").format(
                free=f"{plan.free_bytes / 1e6:.0f}", least=plan.megabytes[0]
            )
        )
    return texts


def not_installed_text(error: NotInstalledError) -> str:
    """What is still missing, why, and what to do about it."""
    names = ", ".join(error.missing)
    if names and error.reason:
        text = _("{names} could not be installed: {reason}.").format(names=names, reason=error.reason.rstrip("."))
    elif names:
        text = _("{names} could not be installed.").format(names=names)
    else:
        text = _("The installation ended with an error: {reason}.").format(reason=error.reason.rstrip("."))
    hint = _(
        "Check the network, any proxy and the free disk space, then try again; what was installed stays. Offline, "
        "install the wheels from files: pip_install with their paths in the Python console."
    )
    return f"{text}\n{hint}"


def package_line(package: Found) -> list[str]:
    """A package's line in the table: name, what is here, what is needed, what for."""
    needed = package.needed
    version = package.version if package.is_here else _("no")
    if package.is_here and not package.is_enough:
        version = _("{version}, too old").format(version=version)
    return [needed.distribution, version, _("{version} or newer").format(version=needed.least), _purpose(needed)]


def torchvision_line(torchvision: Torchvision, torch: str) -> list[str]:
    """The line of torchvision, which the models do without.

    Args:
        torchvision: what is here.
        torch: version of PyTorch, empty for none.
    """
    fits = torchvision.fits(torch)
    if not torchvision.is_here:
        version = _("no")
    elif fits is None:
        version = torchvision.version
    elif fits:
        version = _("{version}, fits PyTorch").format(version=torchvision.version)
    else:
        version = _("{version}, for PyTorch {torch}").format(version=torchvision.version, torch=torchvision.torch)
    return ["torchvision", version, _("not needed"), _("image functions of other extensions")]


def torchvision_remark(torchvision: Torchvision, torch: str) -> str:
    """What to know of a torchvision that does not fit; empty where there is nothing to say."""
    if torchvision.fits(torch) is not False:
        return ""
    return _(
        "torchvision {version} was made for PyTorch {needed}, and PyTorch {torch} is installed. The models do not need "
        "it, and it is not replaced; other extensions may fail with it."
    ).format(version=torchvision.version, needed=torchvision.torch, torch=torch)


def _install_text(needed: Needed, plan: Plan) -> str:
    least, most = needed.megabytes
    if needed is not TORCH:
        return _("{requirement} from PyPI, without dependencies (up to {size} MB)").format(
            requirement=needed.requirement, size=most
        )
    if plan.torchvision.is_here:
        return _(
            "PyTorch {version}, to which the installed torchvision belongs, by the extension PyTorch ({least} to "
            "{most} MB)"
        ).format(version=plan.torchvision.torch or needed.least, least=least, most=most)
    return _("PyTorch {version} or newer, with torchvision, by the extension PyTorch ({least} to {most} MB)").format(
        version=needed.least, least=least, most=most
    )


def _kept_text(plan: Plan) -> str:
    if not plan.keep:
        return _("Stays as it is: every package that is installed now.")
    names = ", ".join(f"{name} {version}" for name, version in plan.keep)
    return _("Stays as it is: every package that is installed now, of those needed: {names}.").format(names=names)


def _too_old_text(package: Found) -> str:
    return _(
        "{name} {version} is installed, version {least} or newer is needed. It is not replaced, because another "
        "extension may need it: update it yourself when none does."
    ).format(name=package.needed.distribution, version=package.version, least=package.needed.least)


def _purpose(needed: Needed) -> str:
    purposes = {
        "torch": _("computing"),
        "segment-anything": _("architecture of SAM"),
        "safetensors": _("safe weights files"),
    }
    return purposes.get(needed.distribution, "")
