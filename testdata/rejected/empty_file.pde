# nothing here  ### "this file defines no operator; write operator NAME { ... }"
