"""Messages of the CPU, the operating system, installers and of TensorFlow where nothing is wrong.

The installers are pip, uv, poetry, pipenv, pdm and conda (classic and libmamba): each says "no such wheel" in words
of its own. The kinds say what a line states; what it means for an environment is for the rules to decide.
"""

from tfdoctor.logs._engine import Pattern, pattern

_NAME = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"
_VERSION = r"\d+(?:\.\d+)*(?:\.?(?:post|dev|a|b|rc)\d+)*(?:\+[\w.]+)?"
_QUOTE = r"['\"`\u2018\u2019\u201c\u201d]"
_REQUIREMENT = rf"{_NAME}(?:\[[\w,-]*\])?\s*(?:[<>=!~]=?=?\s*[\w.*+-]+(?:,\s*[<>=!~]=?=?\s*[\w.*+-]+)*)?"

_INSTALLERS = (
    # pip
    pattern(
        "no-candidate",
        rf"(?:find a version that (?:satisfies|matches)(?: the requirement)?|No matching distribution found for) "
        rf"(?P<requirement>{_REQUIREMENT})(?:.*?\(from versions: (?P<offered>[^)]*)\))?",
    ),
    # pip 1.5 and older
    pattern("no-candidate", rf"(?:find any downloads that satisfy the requirement|No distributions at all found for) "
                            rf"(?P<requirement>{_REQUIREMENT})"),
    # a console breaks a long line anywhere
    pattern("wheel-refused", r"(?<![\w.+-])(?P<wheel>[\w.+-]+\.whl) is not a supported wheel on this\b"),
    pattern(
        "wheel-named",
        rf"(?<![\w.-])(?P<distribution>{_NAME})-(?P<version>{_VERSION})-(?P<python>(?:cp|py)[\w.]+)-(?P<abi>\w+)-"
        r"(?P<platform>[\w.]+)\.whl",
    ),
    pattern(
        "python-refused",
        rf"Package {_QUOTE}?(?P<distribution>{_NAME}){_QUOTE}? requires a different Python: "
        rf"(?P<python>[\d.]+\d) not in "
        rf"{_QUOTE}(?P<wanted>[^'\"]+)",
    ),
    pattern("python-refused", r"Requires-Python (?P<wanted>[<>=!~][^;]*)"),
    pattern("tensorflow-gpu-stub", r"tensorflow[-_]gpu-2\.1[2-9][\w.]*\.tar\.gz"),
    pattern("tensorflow-gpu-stub", r"tensorflow-gpu\W+package has been removed"),
    pattern("pip-version", r"\bpip (?P<version>\d+\.\d+(?:\.\d+)?) from (?P<path>\S+)"
            r"(?:.*\(python (?P<python>\d+\.\d+)\))?"),
    pattern("pip-version", r"File \"(?P<path>\S*/python(?P<python>\d\.\d+)/(?:site|dist)-packages/pip)/_internal/"),
    pattern("pip-version", r"using pip version (?P<version>\d+\.\d+(?:\.\d+)?)"),
    pattern("installed-into", r"Requirement already satisfied: (?P<distribution>[\w.-]+)\S* in (?P<path>\S+)"),
    pattern("file-uninstallable", r"Cannot uninstall '?(?P<distribution>[\w.-]+?)'?(?: "
                                  r"(?P<version>\d[\w.]*))?\. It is a "
            r"distutils installed project"),
    pattern("file-uninstallable", r"Cannot uninstall '?(?P<distribution>[\w.-]+?)'?(?: (?P<version>\d[\w.]*))?$"),
    pattern("file-uninstallable", r"It is a distutils installed project|uninstall-distutils-installed-package"),
    pattern("file-uninstallable", rf"Uninstalling a distutils installed project \((?P<distribution>{_NAME})\)"),
    pattern("install-aborted", r"^Exception:$|OSError: \[Errno 1\] Operation not permitted"),
    pattern("nightly-installed", r"\bpip3? install\b.*?(?<![\w-])(?P<distribution>t[fb]-nightly[\w.-]*)"),
    pattern("wheel-invalid", rf"(?<![\w.-])(?P<distribution>{_NAME}) has an invalid wheel"
            r"|(?P<wheel>[\w.+-]+\.whl) is invalid|multiple \.dist-info directories found"),
    pattern("leftover-ignored", r"Ignoring invalid distribution [-~](?P<rest>[\w.-]+)(?: \((?P<path>[^)]*)\))?"),
    pattern("leftover-ignored", r"[/\\]~(?P<rest>[\w.]+)"),
    # uv
    # uv breaks its lines anywhere, so each part is read alone
    pattern(
        "no-wheel-tag",
        rf"(?<![\w.-])(?P<requirement>{_NAME}(?:[<>=!~]=?[\w.]{{1,40}})?) (?:has|have) no wheels with a matching"
        r"(?: (?:Python )?(?P<tag>ABI|implementation|platform|interpreter|version|Python))?",
    ),
    pattern("running-on", rf"tag \(e\.g\., {_QUOTE}(?P<tag>\w+){_QUOTE}\)"),
    pattern(
        "no-wheel-here",
        rf"Distribution {_QUOTE}?(?P<distribution>{_NAME})==(?P<version>{_VERSION})\b.*doesn't have a source "
        r"distribution or wheel for the current platform",
    ),
    pattern(
        "no-wheel-here",
        rf"{_QUOTE}?(?P<distribution>{_NAME}){_QUOTE}? \(v(?P<version>{_VERSION})\) only has wheels for the following "
        r"platforms",
    ),
    pattern("running-on", rf"You're (?:on|using) (?:\w+ )+?(?:[\d.]+ )?\({_QUOTE}(?P<tag>\w+){_QUOTE}\)"),
    pattern("running-on", r"current Python version \((?P<python>\d+\.\d+(?:\.\d+)?)\)"),
    # poetry, pdm, pipenv
    pattern("no-candidate", rf"Unable to find installation candidates for (?P<distribution>{_NAME}) "
                            rf"\((?P<version>{_VERSION})\)"),
    pattern("no-candidate", rf"Unable to find candidates for (?P<requirement>{_REQUIREMENT})"),
    pattern(
        "python-refused",
        rf"(?<![\w.-])(?P<distribution>{_NAME}) requires Python (?P<wanted>[<>=!~][^;]*?)(?:,? so it will not| "
        rf"but|;|$)",
    ),
    # conda
    pattern("conda-demands-python", rf"(?<![\w.-])(?P<distribution>{_NAME})[= ](?P<spec>\S{{0,80}}) -> "
                                    rf"python\[version='(?P<wanted>[^']+)'\]"),
    pattern("conda-demands-python", r"(?P<distribution>tensorflow[\w-]*) (?P<spec>\S+) would require"),
    pattern("running-on", r"Your python: python=(?P<python>\d+\.\d+(?:\.\d+)?)"),
    pattern("no-candidate", rf"nothing provides requested (?P<distribution>{_NAME})[ =]*(?P<version>{_VERSION})?"),
)  # fmt: skip

_MACHINE = (
    pattern("illegal-instruction", r"illegal (?:hardware )?instruction|\bSIGILL\b|exit(?:ed with)?(?: code)? "
                                   r"132\b|0xC000001D"
                                   r"|-1073741795|\b3221225501\b"),
    pattern("instructions-missing", r"compiled to use (?P<names>[A-Z0-9_., ]+?) instructions, but these aren't "
                                    r"available"),
    pattern("cpu-flags", r"^(?:flags|features)\s*:(?P<flags>.*)$"),
    pattern("cpu-model", r"^model name\s*:\s*(?P<model>.+)$"),
    pattern("emulated", r"\b(?P<emulator>qemu): (?:uncaught target signal|unknown option|fatal)"),
    pattern("emulated", r"(?P<emulator>rosetta) (?:error|is only intended)"),
    pattern(
        "image-platform",
        r"image's platform \((?P<image>[\w/]+)\) does not match the (?:detected |expected )?host platform "
        r"\((?P<host>[\w/]+)\)",
    ),
    pattern(
        "wrong-architecture",
        r"(?:incompatible architecture|wrong architecture)(?: ?\(have '?\(?(?P<have>[\w,]+)\)?'?, need "
        r"'?\(?(?P<need>\w+))?",
    ),
    pattern("wrong-architecture", r"Exec format error|wrong ELF class|is not a valid Win32 application|WinError 193"),
    pattern(
        "symbol-version-missing",
        rf"(?:(?P<library>[^\s:'\"]{{0,300}})'?:? |^)version {_QUOTE}?(?P<set>GLIBC|GLIBCXX"
        rf"|CXXABI)_(?P<version>[\d.]*\d){_QUOTE}? not found"
        r"(?:[ ,]*\(?required by (?P<path>[^)]*))?",
    ),
    pattern("macos-too-old", r"(?:built for|was built for newer) (?:macOS|Mac OS X)(?: version)? (?P<built>[\d.]+\d)"
            r"|requires? macOS (?P<needed>[\d.]+\d) or (?:later|newer)"),
    # a symbol that the system's own library lacks
    pattern("macos-too-old", r"Expected in: (?:<[^>]*> )?/usr/lib/(?:libSystem|libc\+\+|libobjc)\b"),
    pattern("macos-10-16", r"macosx[_-]10[._]16|\bmacOS 10\.16\b|^10\.16$"),
    pattern("dll-load-failed", r"DLL load failed(?: while importing (?P<module>\w+))?(?:: (?P<reason>.*))?"),
    pattern("dll-missing", r"(?:could not find|cannot find|find the) (?:the )?(?:DLL\(s\) "
                           r")?['\"]?(?P<name>(?:msvcp|vcruntime|concrt)\d+\S*?(?: or \S+?)?)"
            r"['\"]?(?:\.|\s|$)"),
    pattern("dll-missing", r"(?P<name>(?:msvcp|vcruntime)140(?:_\d)?\.dll)\W+(?:was not found|is missing|not found)"),
    pattern(
        "file-not-written",
        r"(?:No such file or directory:?|WinError 3\]|WinError 206\]|Errno 2\]|Errno "
        r"22\]).*?['\"](?P<path>[^'\"]{60,})['\"]",
    ),
    pattern("path-too-long", r"Windows Long Path support|filename or extension is too long|path (?:is )?too "
                             r"long|WinError 206\]"
            r"|LongPathsEnabled"),
    pattern("interpreter-path", r"(?<![\w.:/\\])(?P<path>(?:[A-Za-z]:[\\/]|/)[^\s'\"]*[\\/]pythonw?[\d.]*(?:\.exe)?)"
            r"(?=['\",;)\s]|$)"),
    pattern("interpreter-bits", r"\b(?P<bits>32|64)[ -]bit \((?:Intel|AMD64|ARM)"),
)  # fmt: skip

_IMPORTS = (
    pattern("not-a-package", rf"{_QUOTE}(?P<module>\w+){_QUOTE} is not a package"),
    pattern("duplicate-plugins", r"Duplicate plugins for name (?P<plugin>\w+)"),
    pattern("magic-missing", r"Line magic function `%(?P<magic>\w+)` not found"),
    pattern("editor-notice", r"unresolved import ['\"](?P<module>(?:tensorflow|keras)[\w.]*)"),
    pattern("editor-notice", r"Import \"?(?P<module>(?:tensorflow|keras)[\w.]*)\"? could not be resolved"
                             r"|reportMissing(?:Imports|ModuleSource)"
            r"|Unresolved reference '(?:tensorflow|keras)|Cannot find reference '\w+' in '__init__\.py'"
            r"|E0?(?:401|611|1101)\b.*\b(?:tensorflow|keras)|(?:No name|Module) '\w+' (?:in module 'tensorflow"
            r"|has no)"),
    pattern("site-path", r"(?P<site>(?:[A-Za-z]:|~|/|\.local)[^'\"\s:]{0,300}?(?:site"
                         r"|dist)-packages)[/\\](?P<module>\w+)"),
    pattern("file-broken", r"(?<!\S)(?P<path>\S{1,300}:)? ?(?:file too short|invalid ELF header|truncated file"
                           r"|not a mach-o file)"),
    # compiled parts of two builds of one library
    pattern("file-broken", r"has no attribute '__(?:reduce|setstate)_cython__'"),
    pattern("file-broken", r"bad magic number|source code (?:string )?cannot contain null bytes|EOF read where"
                           r"|marshal data too short"),
)  # fmt: skip

_NOTICES = (
    pattern("optional-library-missing", r"TF-TRT Warning: (?:Could not find|Cannot dlopen)"),
    pattern("optional-library-missing", r"(?P<library>(?:lib)?nvinfer\w*(?:\.so[.\d]*|\.dll)?)\W.*(?:not (?:be "
                                        r")?(?:found|load)|cannot open)"
            r"|(?:could not|cannot) (?:load|dlopen)\D*?(?P<name>(?:lib)?nvinfer\w*)"),
    pattern("no-gpu-notice", r"Ignore above cudart dlerror if you do not have a GPU set up|GPU will not be used"
            r"|failed call to cuInit|Skipping registering GPU devices"),
    pattern("numa-node", r"NUMA node.*(?:negative value|returning NUMA node zero)|NUMA node of platform|could "
                         r"not open file to read NUMA"),
    pattern("plugin-registered-twice", r"Unable to register (?P<plugin>\w+) (?:plugin )?factory|computation "
                                       r"placer already registered"
            r"|Attempting to register factory for plugin \w+ when one has already"),
    pattern("cpu-feature-notice", r"cpu_feature_guard|binary (?:is optimized(?: with .*?)?|was not compiled) to use"
            r"|To enable the following instructions"
            r"|supports instructions that this TensorFlow binary was not compiled"),
    pattern("onednn-notice", r"oneDNN custom operations are on|TF_ENABLE_ONEDNN_OPTS"),
)  # fmt: skip

PATTERNS: tuple[Pattern, ...] = (*_INSTALLERS, *_MACHINE, *_IMPORTS, *_NOTICES)
