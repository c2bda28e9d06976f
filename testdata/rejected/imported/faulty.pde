let a = (1 + 2  ### "this statement is not finished: expected , or ) to close the parenthesis"

let b = 3 $ 4  ### "unexpected character '$'"
