let two = 2  ### "this file defines no operator; write operator NAME { ... }"

def twice(p) = two*p
