"""Common words, which are also names of users and hosts: they stay where they do not stand as a name."""

from typing import Final

_TEXT: Final = """
a about above access account action active actual ada adagrad adam add added admin administrator after again against
all allow allowed almost alone along alpha already also although always among amount ampere and another answer any
anyone anything apollo app application apply april are area argument array art as ask assert at atlas attempt august
auto available away back backend bad base basic batch because become been before begin behind being below bert best
beta better between beyond big bin bit black block board body book boot both bottom box branch break bring broken
brown bug build builder built bus but button by byte cache call called can cannot card case cast cat cause center
central certain chain chance change channel character check child choose cifar class clean clear client close cloud
cluster code column com come command comment commit common compile compiled complete compute computer condition config
connect connection console const contain container content context continue control conv convert cook copy core
correct could count course cpu crash create created cross current custom cut cycle daemon dark data database date dawn
day deal debug deep def default define delete delta demo dense depend deploy depth desktop detail detected dev develop
developer development device did different dim dir direct directory disk display do docker does doing done double down
download drew drive driver drop dropout due dump during each early east easy edge edit editor effect either element
else email empty enable end engine enough ensure enter entry env environment epoch equal error even event ever every
exact example except exception exec execute exist exit expect expected extension external extra face fact factory fail
failed failure faith false far fast fatal feature feed fermi few field file filter final find fine first fit fix flag
flatten float flow focus folder follow following for force form format found frame framework free from front full
function further future gamma gate general get given global go good got gpu grace graph gray great green group grow
gru guest guide had half hand handle happen hard has have head header heap hello help here hidden high hill history
hit hold home hope hopper host how however http idea ignore image import in inception include index info init
initialize input insert install installed instance instead int integer intel interface internal into invalid invoke is
issue item its itself jay job join joy jump june just keep kepler kernel key kill kind king knight know known lab
label labels lambda lane language large last late later latest launch layer lead learn least leave left length less
let level lib library light like limit line link list listen little live load loaded local location lock log logger
logging login long look loop loss lost lovelace low lstm machine mail main maintain major make manager manual map mark
mask master match math matrix max maxwell may mean memory mention merge message metal method middle might min mind
minor miss missing mix mnist mnt mobilenet mode model module moment monitor more most mount move much multi must nadam
name names native need negative net network never new next nice night no node none normal north not note nothing
notice nova now null number object of off office offset often ok old omega on once one online only op open operation
operator optimizer option or order org original other our out output over own owner pack package pad page panel
parallel param park parse part particular pascal pass past pat patch path pattern pending people perform performance
permission person phase pick pin pip pipe place plain plan platform play please plot plugin point policy pool pop port
possible post power pre predict present price prime print private pro probe problem process processor product profile
program progress project prompt proper provide public pull push put python query queue quick quiet quite random range
rank rate rather raw ray reach read reader ready real reason receive recent record red reduce ref reference region
register related release relu remote remove render repeat replace report repository request require required research
reset resnet resolve resource response rest restart result return right ring role root rose round route row rule run
runner running runtime safe same sample save say scale scan scope screen script search second section security see
seed select self send sense separate sequence serial server service session set setting setup several sgd shape share
shared shell short should show shut side sign signal signature similar simple since single site six size skip sky
slice slow small so socket soft software some source south space spark special speed split square stable stack stage
stand standard start state static station status stay step still stone stop storage store stream strict string strong
student studio style sub such sudo summary super support sure switch symbol sync system table tag take target task
team temp tensor term tesla test text than that the their them then there these they thing think this those thread
three through tick ticket tier time titan title to today together token too tool top torch total trace track train
trainer training transfer tree trial true trust try turing turn two type typing ubuntu under unet unit unknown until
up update upgrade upload use used user username users using util valid value var variable vector vendor verbose
version very vgg via video view virtual visible vm volta wait walk want warn warning was watch way we web week weight
welcome well were west what when where which while white who whole why wide will win window windows with within
without wood word work worker working workspace world worth would wrap write wrong x xception yes yet yolo you young
your zero zone
"""

WORDS: Final = frozenset(_TEXT.split())
# Words that have a number behind them in messages, versions and names of devices.
_NUMBERED: Final = """
float int uint bfloat bf fp tf complex qint quint string char cuda cudnn cublas cufft curand cusolver cusparse nccl cu
cp py pp sm compute gpu gpus cpu cpus tpu xla device job task replica core socket thread stream layer dense conv
block stage lstm gru dropout dim axis arg args line step epoch avx sse fma amx gcc clang msvc vs ubuntu debian centos
rhel fedora rocky alma suse windows win macos mac linux libc glibc glibcxx cxxabi wsl rtx gtx tesla quadro geforce
jetson tegra var tmp test input output unknown file dir user host secret index manylinux musllinux x86 amd arm armv
aarch hdf base utf latin iso sha md rfc ipv
"""
NUMBERED: Final = frozenset(_NUMBERED.split())
