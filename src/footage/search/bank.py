"""Sentences that hardly any one moment is about: what a moment scores that nobody asked for.

Written by hand, of many subjects and lengths, as people ask. One or another will match something
in a library; of so many that changes little.
"""

from __future__ import annotations

_TEXT = """
a red car parked beside a wooden fence
two people shaking hands in an office
a cat asleep on a windowsill
children running through a sprinkler
a plate of spaghetti with tomato sauce
a surfer riding a large wave
snow falling on a quiet village at night
a man repairing a bicycle wheel
a crowd cheering at a football match
a close-up of a bee on a flower
an old woman knitting in a chair
fireworks over a river
a dog catching a ball in the air
a train arriving at a station
a chef chopping onions
a teacher writing on a blackboard
the moon above dark mountains
a baby crawling across a carpet
a helicopter landing on a roof
a couple dancing at a wedding
a horse galloping along a beach
a person typing on a laptop
a bowl of fruit on a kitchen table
an empty street in the rain
a boy blowing out birthday candles
a fisherman pulling in a net
a waterfall in a green forest
a woman putting on lipstick in a mirror
a robot arm in a factory
a city skyline at sunset
a girl playing the violin
a herd of elephants drinking
a basketball player shooting a free throw
a doctor looking at an x-ray
an aeroplane taking off
a campfire with people sitting around it
a hand drawing a face with a pencil
a lion resting under a tree
a skier going down a steep slope
a shopping cart in a supermarket aisle
a map of the world
a cartoon mouse chasing a cheese
a slide with a chart and bullet points
a goldfish in a bowl
a farmer driving a tractor
a policeman directing traffic
a spider in its web
a man in a suit giving a speech
a pile of old books
a sailing boat on calm water
a climber hanging from a rock face
a woman pouring coffee into a cup
a soldier saluting a flag
a butterfly opening its wings
a skateboarder grinding a rail
a desert with sand dunes
a microscope on a laboratory bench
a church with a tall tower
a man shovelling snow from a driveway
a parrot on someone's shoulder
people queueing outside a shop
a wooden bridge over a stream
a glass of red wine
a swimmer diving into a pool
a market stall with vegetables
a motorcycle racing around a bend
a child reading in bed
a bride throwing a bouquet
an underwater view of a coral reef
a construction crane lifting a beam
a rainbow over fields
a computer screen full of code
a barber cutting a man's hair
a penguin sliding on ice
smoke rising from a chimney
a pianist's hands on the keys
a crowded subway carriage
a squirrel eating a nut
a runner crossing the finish line
a clock on a wall
a tent beside a lake
a woman doing yoga on a mat
a truck driving along a motorway
a statue in a public square
a toddler feeding ducks
an astronaut floating in space
a lightning strike during a storm
a man with a beard laughing
a tennis player serving
a lighthouse on a cliff
a birthday cake covered with icing
a ballet dancer on her toes
an owl turning its head
a broken window
a doctor giving a vaccination
someone opening an envelope
cows grazing in a meadow
a singer on a stage with coloured lights
a person washing dishes
a shark swimming past the camera
a telephone ringing on a desk
a windmill turning
a group of friends taking a selfie
a carpenter sawing a plank
a hot air balloon
a gate in a stone wall
a woman pushing a pram through a park
autumn leaves on the ground
a boxer hitting a punch bag
an ambulance with flashing lights
a castle on a hill
a bird building a nest
a steaming bowl of soup
a man asleep on a bench
a volcano erupting
a computer game with a racing car
a hospital corridor
a bus stop at night
a judge in a courtroom
a monkey hanging from a branch
a pair of shoes
children building a sandcastle
a golfer putting on a green
a dentist at work
a close-up of an eye
a tree without leaves
a rocket on its launch pad
a passport and a suitcase
a jar of honey
a mechanic under a car
a frozen lake with skaters
a woman watering plants
a crocodile with its mouth open
a marching band
a baker taking bread out of an oven
a page of handwriting
a tall glass building seen from below
a wrestler lifting his opponent
a puppy chewing a slipper
a scientist pouring a blue liquid
a tunnel with light at the end
a mother hugging her son
a kite in a cloudy sky
a drummer in a rock band
a fox crossing a snowy field
someone counting money
a ferry leaving the harbour
a chessboard in the middle of a game
a potter shaping clay
a street musician with a guitar
a hockey goalkeeper
a vase of sunflowers
a turtle on the sand
a family eating dinner together
a warehouse full of boxes
a man looking at his watch
a bicycle leaning against a wall
a black and white photograph of a soldier
a girl with a red umbrella
a diver among fish
a jogger on a path by the river
a news presenter at a desk
a cave with stalactites
a hamster in a wheel
a stack of pancakes
an escalator in a shopping centre
a firefighter with a hose
a woman trying on a hat
a pool table
someone lighting a candle
a camel in front of a pyramid
a greenhouse full of tomatoes
a volleyball game on the beach
a man carrying a ladder
a night sky full of stars
a conference room with a projector
a baby laughing
a rusty ship
a person in a bear costume
a cup falling off a table
a swan and its young
logo on a plain background
blurred lights
an animated story for children
a drawing of a house
a dog
a person walking
football
a kitchen
cars in traffic
sunset
mountains
a crowd
water
a computer
hands
someone talking to the camera
a black screen
text on a white background
food
a bird in flight
an explosion
a kiss
a fight
trees
"""

SENTENCES: tuple[str, ...] = tuple(_TEXT.split("\n")[1:-1])
