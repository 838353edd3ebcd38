"""All of it in English."""

from bot.simulator.driver import Person
from conversations.callbacks.everybody import ChooseLanguage
from tests.world import TestWorld


async def test_all_of_it_in_english(world: TestWorld, rina: Person, desi: Person) -> None:
    for person in (rina, desi):
        await person.taps_data(ChooseLanguage("en").pack(), person.last.id)
        await person.sees_button("How to use")
    await rina.types("/rencana")
    await rina.taps("Ask for help")
    await rina.sees("I have told Desi Marlina")
    await desi.types("/antrean")
    await desi.sees("Help queue")
    await desi.taps("Rina Wati")
    await desi.taps("I will help")
    await desi.sees("You are helping")
    await rina.sees("Desi Marlina is helping you now")
    await rina.taps("Reply")
    await rina.sees("Write to Desi Marlina")
    await rina.types("Hello")
    await rina.sees("Sent to Desi Marlina")
    await desi.sees("Hello")
    await desi.taps("See the request")
    await desi.taps("See the plan")
    await desi.sees("Only the teacher can change it")
    await desi.taps("Propose activities")
    await desi.taps("1. ")
    await desi.taps("Propose 1×")
    await rina.sees("Let us fill it in together")
    await rina.taps("Take it over")
    await rina.sees("Taken over. Your plan now: 1×")
    await desi.sees("has taken over")
    await desi.taps("See the request")
    await desi.taps("Done")
    await rina.sees("Has it helped you?")
    await rina.taps("Not yet")
    await rina.sees("Waiting since")
    await rina.types("/bantuan webinar")
    await rina.sees("The answers are in Indonesian")
    await rina.taps("Webinar gratis")
    await rina.sees("Fairly certain")
    await rina.taps("Is this webinar safe?")
    await rina.taps("Asked for NIP")
    await rina.sees("Be careful.")
