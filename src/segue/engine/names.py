"""Names for runs that nobody named: two words that people can say to each other."""

from __future__ import annotations

import os

_HOW = """able amber agile azure bold brave brisk bright calm clear clever coral crisp curious dapper deft eager early easy
ebony exact fair famed fast fine firm fleet fond frank free fresh gentle glad golden grand green happy hardy honest humble
ideal indigo ivory jade jolly keen kind large light lively loyal lucid lucky mellow merry mighty mild modest neat nimble
noble olive open patient placid plucky polite prime prompt proud pure quick quiet rapid ready regal robust rosy royal
ruby sage scarlet serene sharp shiny silent silver sincere sleek smart smooth solid sound spry stable steady still
stout sturdy subtle sunny sure swift tender tidy trim true trusty upbeat useful vital vivid warm wary wise witty
worthy young zesty""".split()
_WHO = """adder albatross alpaca antelope auk badger barbet beaver bison bittern boar bobcat bulbul bustard caracal
caribou catfish chamois civet coati condor cormorant coyote crane cricket curlew dace darter dingo dolphin dormouse dove
dunlin eagle egret eider eland elk ermine falcon fennec ferret finch firefly flamingo fossa fox gannet gazelle gecko
gibbon godwit goose goshawk grebe grouse gull hare harrier hawk heron hoopoe hornbill ibex ibis iguana impala jacana
jackal jaguar jay kestrel kingfisher kite kiwi koala kudu lapwing lark lemming lemur leopard linnet lion llama loon
lynx macaw magpie mallard manatee marmot marten merlin mink mole mongoose moose narwhal newt ocelot oriole orca oryx
osprey otter ouzel owl panda pelican petrel pigeon pika pipit plover puffin puma quail quokka rabbit raven redstart
robin rook salmon seal serval shrew siskin skink skua snipe sparrow starling stoat stork swallow swan swift tapir tern
thrush tiger toucan trout turaco turtle vole wagtail walrus warbler weasel whale wigeon wolf wombat wren yak zebra""".split()


def run_name() -> str:
    """Return a name such as `brisk-heron`; not unique, ids are."""
    drawn = int.from_bytes(os.urandom(8), "big")
    how, who = drawn % len(_HOW), drawn // len(_HOW) % len(_WHO)
    return f"{_HOW[how]}-{_WHO[who]}"
